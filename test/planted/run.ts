/**
 * `npm run test:planted [-- --only guard/] [--system]`: runs each same-path test twice, as the product is
 * and with its planted change, and says which changes survive.
 *
 * Tests that need nothing but this process run together, all changes in one vitest run. With `--system`
 * the others run instead, one vitest run a change, with what system tests need.
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

type Outcomes = ReadonlyMap<string, Outcome>;

interface Run {
  readonly planted: boolean;
  readonly system: boolean;
  /** What processes that a test starts get besides. */
  readonly environment?: Readonly<Record<string, string>>;
}

const ALONE = { pool: "threads", isolate: false, testTimeout: 60_000 } as const;
const SYSTEM = {
  pool: "forks",
  testTimeout: 180_000,
  hookTimeout: 300_000,
  globalSetup: "test/support/servers/keeper.ts",
} as const;

/** What each test file came to, by its path. */
async function runTests(changes: readonly PlantedChange[], run: Run): Promise<Outcomes> {
  const files = changes.map(({ file }) => locateTest(file));
  const vitest = await startVitest(
    "test",
    files,
    {
      config: false,
      watch: false,
      include: files,
      ...(run.system ? SYSTEM : ALONE),
      maxWorkers: 2,
      reporters: [{}],
      silent: true,
      // A change must never come from, or go into, a cache that other runs read.
      fsModuleCache: false,
      env: {
        MMM_REASONING: "builtin",
        ANTHROPIC_API_KEY: "",
        ANTHROPIC_BASE_URL: "",
        ...run.environment,
      },
    },
    { plugins: [createPlantingPlugin(changes, run.planted)] },
  );
  // A worker that died says nothing of its tests.
  const [died] = vitest.state.getUnhandledErrors() as { readonly message?: string }[];
  if (died !== undefined) throw new Error(`a test run broke: ${died.message}`, { cause: died });
  const outcomes = vitest.state.getTestModules().map((module): [string, Outcome] => {
    const tests = [...module.children.allTests()].map(
      (test) => [test.name, test.result()] as const,
    );
    const failed = tests.filter(([, result]) => result.state === "failed");
    return [
      module.relativeModuleId,
      {
        passed: tests.filter(([, result]) => result.state === "passed").length,
        failed: failed.map(
          ([name, { errors }]) => `${name}: ${errors?.[0]?.message.split("\n")[0]}`,
        ),
        broken: module.errors()[0]?.message ?? null,
      },
    ];
  });
  await vitest.close();
  process.exitCode = 0;
  return new Map(outcomes);
}

/** The same for tests that start processes: one change a run, planted there, too. */
async function runSystemTests(
  changes: readonly PlantedChange[],
  planted: boolean,
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  for (const change of changes) {
    const environment = {
      MMM_PLANTED_CHANGE: JSON.stringify(change),
      NODE_OPTIONS: `--import=${new URL("child.ts", import.meta.url).href}`,
    };
    const run = { planted, system: true, ...(planted ? { environment } : {}) };
    for (const one of await runTests([change], run)) outcomes.set(...one);
  }
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

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    system: { type: "boolean", default: false },
  },
});
const { unit, outside } = sortTestFiles();
const wanted = new Set(values.system ? outside : unit);
const changes = PLANTED_CHANGES.filter(
  ({ file }) => file.startsWith(values.only) && wanted.has(locateTest(file)),
);
const runAll = (planted: boolean): Promise<Outcomes> =>
  values.system ? runSystemTests(changes, planted) : runTests(changes, { planted, system: false });
const sound = await runAll(false);
const planted = await runAll(true);
const faults = changes.flatMap(({ file, put }) => {
  const test = locateTest(file);
  const fault = findFault(sound.get(test), planted.get(test));
  return fault === null ? [] : [`${file}: ${fault} (${JSON.stringify(put)})`];
});
const found = changes.length - faults.length;
process.stdout.write(
  `${faults.map((fault) => `${fault}\n`).join("")}${found} of ${changes.length} planted changes are found\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
