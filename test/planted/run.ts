/**
 * `npm run test:planted [-- --only guard/]`: runs each same-path test twice, as the product is and with
 * its planted change, and says which changes survive. One vitest run each; no servers, no child processes.
 */
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { locateTest, type PlantedChange } from "./change.ts";
import { PLANTED_CHANGES } from "./changes.ts";
import { createPlantingPlugin } from "./plugin.ts";
import { sortTestFiles } from "../support/test-kinds.ts";

interface Outcome {
  readonly passed: number;
  /** Each failed test: its name, and the first line of why. */
  readonly failed: readonly string[];
  /** Why the file did not load, if it did not. */
  readonly broken: string | null;
}

/** What each test file came to, by its path. */
async function runTests(
  changes: readonly PlantedChange[],
  planted: boolean,
): Promise<Map<string, Outcome>> {
  const files = changes.map(({ file }) => locateTest(file));
  const vitest = await startVitest(
    "test",
    files,
    {
      config: false,
      watch: false,
      include: files,
      pool: "threads",
      isolate: false,
      maxWorkers: 2,
      testTimeout: 60_000,
      reporters: [{}],
      silent: true,
      // A change must never come from, or go into, a cache that other runs read.
      fsModuleCache: false,
      env: { MMM_REASONING: "builtin", ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "" },
    },
    { plugins: [createPlantingPlugin(changes, planted)] },
  );
  const outcomes = new Map<string, Outcome>();
  for (const module of vitest.state.getTestModules()) {
    const tests = [...module.children.allTests()];
    outcomes.set(module.relativeModuleId, {
      passed: tests.filter((test) => test.result().state === "passed").length,
      failed: tests
        .filter((test) => test.result().state === "failed")
        .map((test) => `${test.name}: ${test.result().errors?.[0]?.message.split("\n")[0]}`),
      broken: module.errors()[0]?.message ?? null,
    });
  }
  await vitest.close();
  process.exitCode = 0;
  return outcomes;
}

/** What is wrong with a change and its test, or null. */
function findFault(sound: Outcome | undefined, planted: Outcome | undefined): string | null {
  if (sound === undefined || planted === undefined) return "has no test at the same path";
  if (sound.broken !== null) return `its test does not load: ${sound.broken}`;
  const [failed] = sound.failed;
  if (failed !== undefined) return `its test fails without the change: ${failed}`;
  if (sound.passed === 0) return "its test is skipped here";
  if (planted.broken !== null) return `does not load with the change: ${planted.broken}`;
  return planted.failed.length === 0 ? "survives" : null;
}

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const unit = new Set(sortTestFiles().unit);
const changes = PLANTED_CHANGES.filter(
  ({ file }) => file.startsWith(values.only) && unit.has(locateTest(file)),
);
const sound = await runTests(changes, false);
const planted = await runTests(changes, true);
const faults = changes.flatMap(({ file, put }) => {
  const test = locateTest(file);
  const fault = findFault(sound.get(test), planted.get(test));
  return fault === null ? [] : [`${file}: ${fault} (${JSON.stringify(put)})`];
});
process.stdout.write(
  `${faults.map((fault) => `${fault}\n`).join("")}${changes.length - faults.length} of ${changes.length} planted changes are found\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
