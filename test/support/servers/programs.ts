/**
 * Programs of other people that tests use as independent witnesses. Tests install nothing: what is
 * missing is said with the command that brings it.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where a program is on the path. Throws what to install where it is not. */
export async function findProgram(name: string, aptPackage: string): Promise<string> {
  const found = await run("bash", ["-c", `command -v ${name}`]).catch(() => null);
  if (found === null) {
    throw new Error(`tests need ${name}: install it (apt-get install ${aptPackage})`);
  }
  return found.stdout.trim();
}
