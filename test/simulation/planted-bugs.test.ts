/** A check of the check: each planted bug must be found within a thousand seeds. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { PLANTED_BUGS } from "./planted-bugs.ts";

const HUNT = fileURLToPath(new URL("hunt.ts", import.meta.url));
const SEEDS_MAX = 1_000;
const run = promisify(execFile);

describe("planted bugs", () => {
  it("are at least ten, each with its own name", () => {
    expect(new Set(PLANTED_BUGS.map((bug) => bug.name)).size).toBe(PLANTED_BUGS.length);
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(10);
  });

  it.each(PLANTED_BUGS.map((bug, number) => ({ name: bug.name, number })))(
    "are found: $name",
    { timeout: 240_000 },
    async ({ number }) => {
      const args = [HUNT, String(number), String(SEEDS_MAX)];
      const { stdout } = await run(process.execPath, args);
      const found = JSON.parse(stdout) as { seed?: number; reason?: string };
      expect(found.reason).toMatch(/invariant \d+/);
      expect(found.seed).toBeLessThanOrEqual(SEEDS_MAX);
    },
  );
});
