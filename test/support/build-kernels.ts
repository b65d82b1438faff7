/**
 * Compiles `kernels.as` of the model and of its posterior, and what they import, into `kernel-bytes.ts` beside them:
 * `npm run kernels:build`. The bytes are kept in the repository; tests say when they are not those of the source.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import asc from "assemblyscript/asc";

const FOLDER = "model";
export const KERNEL_BYTES_FILE = "model/transform/kernel-bytes.ts";
export const POSTERIOR_KERNEL_BYTES_FILE = "model/posterior/kernel-bytes.ts";
const ARGUMENTS = ["-o", "kernels.wasm", "-O3", "--noAssert"].concat([
  "--runtime",
  "stub",
  "--enable",
  "simd",
]);
const LINE = 96;

/** The text of a `kernel-bytes.ts` for the present source of the `kernels.as` beside it. */
export async function compileKernels(bytesFile: string = KERNEL_BYTES_FILE): Promise<string> {
  const entry = relative(FOLDER, bytesFile).replace("kernel-bytes.ts", "kernels.ts");
  let bytes = new Uint8Array();
  const said: string[] = [];
  const { error } = await asc.main([entry, ...ARGUMENTS], {
    readFile: (name) => readSource(name),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") bytes = Uint8Array.from(contents);
    },
    listFiles: () => [],
    stderr: { write: (chunk) => void said.push(String(chunk)) },
  });
  if (error !== null || said.length > 0) {
    throw new Error(`${FOLDER}/${entry}: ${said.join("") || error?.message}`);
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

if (import.meta.main) {
  for (const file of [KERNEL_BYTES_FILE, POSTERIOR_KERNEL_BYTES_FILE]) {
    writeFileSync(file, await compileKernels(file));
  }
}
