/**
 * Compiles `model/transform/kernels.as` and what it imports into `kernel-bytes.ts`: `npm run kernels:build`. The bytes are
 * kept in the repository; a test says when they are not those of the source.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const FOLDER = "model/transform";
export const KERNEL_BYTES_FILE = "model/transform/kernel-bytes.ts";
const ARGUMENTS = ["kernels.ts", "-o", "kernels.wasm", "-O3", "--noAssert"].concat([
  "--runtime",
  "stub",
  "--enable",
  "simd",
]);
const LINE = 96;

/** The text of `kernel-bytes.ts` for the present source. */
export async function compileKernels(): Promise<string> {
  let bytes = new Uint8Array();
  const said: string[] = [];
  const { error } = await asc.main(ARGUMENTS, {
    readFile: (name) => readSource(name),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") bytes = Uint8Array.from(contents);
    },
    listFiles: () => [],
    stderr: { write: (chunk) => void said.push(String(chunk)) },
  });
  if (error !== null || said.length > 0) {
    throw new Error(`${FOLDER}/kernels.as: ${said.join("") || error?.message}`);
  }
  const text = Buffer.from(bytes)
    .toString("base64")
    .replaceAll(new RegExp(`.{${LINE}}`, "g"), "$&\n");
  return `/** \`kernels.as\` compiled, base64: made by \`npm run kernels:build\`, not by hand. */
export const KERNEL_BYTES: string = \`
${text.trimEnd()}
\`;
`;
}

/** The compiler asks for names that end in .ts, which these would not be to the other tools. */
function readSource(name: string): string | null {
  const path = `${FOLDER}/${name.replace(/\.ts$/, ".as")}`;
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

if (import.meta.main) writeFileSync(KERNEL_BYTES_FILE, await compileKernels());
