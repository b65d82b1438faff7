/**
 * Programs of other people that tests use as independent witnesses.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program on the path, else from the system's packages where that is allowed. */
export async function program(name: string, aptPackage: string): Promise<string> {
  const found = await run("bash", ["-c", `command -v ${name}`]).catch(() => null);
  if (found !== null) return found.stdout.trim();
  const missing = `tests need ${name}: install it (apt-get install ${aptPackage})`;
  if (process.getuid?.() !== 0) throw new Error(missing);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env }).catch(() => {});
  const install = ["install", "-y", "-q", "--no-install-recommends", aptPackage];
  try {
    await run("apt-get", install, { env, timeout: 300_000 });
  } catch (cause) {
    throw new Error(missing, { cause });
  }
  return name;
}
