/** The process around a command. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

it("ends without a word when whoever reads its output reads no further", () => {
  const command = `set -o pipefail; "${process.execPath}" cli/main.ts run --help | head -n 1`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: "Usage: mmm run [options]\n",
    stderr: "",
  });
});
