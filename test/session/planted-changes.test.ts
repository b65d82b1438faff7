/** A check of the tests: each change to a rule must be noticed by the tests beside it, and by them alone. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { PlantedRun } from "./planted/plant.ts";
import { PLANTED_CHANGES } from "./planted/changes.ts";

const PLANT = fileURLToPath(new URL("planted/plant.ts", import.meta.url));
const run = promisify(execFile);
let runs: ReadonlyMap<string, PlantedRun> = new Map();

beforeAll(async () => {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const { stdout } = await run(process.execPath, [PLANT], {
    env: Object.fromEntries(environment),
    maxBuffer: 16 * 1024 * 1024,
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  runs = new Map(lines.map((line) => JSON.parse(line) as PlantedRun).map((one) => [one.name, one]));
}, 1_200_000);

describe("planted changes", () => {
  it("are at least twenty, each with its own name and a place in the source", () => {
    expect(new Set(PLANTED_CHANGES.map(({ name }) => name)).size).toBe(PLANTED_CHANGES.length);
    expect(PLANTED_CHANGES.length).toBeGreaterThanOrEqual(20);
    for (const { name, file, find } of PLANTED_CHANGES) {
      const source = readFileSync(`session/${file}`, "utf8");
      expect(source.split(find).length, name).toBe(2);
    }
  });

  it("are what the tests fail for: without one they pass", () => {
    expect(runs.get("unchanged")).toMatchObject({ failed: 0 });
    expect(runs.get("unchanged")?.passed).toBeGreaterThan(100);
  });

  it.each(PLANTED_CHANGES)("are noticed: $name", ({ name }) => {
    const found = runs.get(name);
    expect(found?.failed).toBeGreaterThan(0);
    expect(found?.passed).toBeGreaterThan(0);
  });
});
