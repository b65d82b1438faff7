/**
 * `node test/session/planted/plant.ts [number of a planted change …]`: runs test files of this folder on a copy
 * of the sources with each change planted in turn, and once without any; prints a JSON line a run.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startVitest } from "vitest/node";
import { PLANTED_CHANGES, type PlantedChange } from "./changes.ts";

/** What one run came to. */
export interface PlantedRun {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

/** All that the tests of `session/` and their support need. */
const COPIED = [
  "session",
  "schemas",
  "infra",
  "producers",
  "test/session",
  "test/support",
  "test/fixtures",
  "package.json",
  "tsconfig.json",
];

function copyTree(): string {
  const root = mkdtempSync(join(tmpdir(), "mmm-planted-"));
  for (const path of COPIED) cpSync(path, join(root, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return root;
}

async function runTests(name: string, files: readonly string[]): Promise<PlantedRun> {
  const include = files.map((file) => `test/session/${file}`);
  const vitest = await startVitest(include, {
    config: false,
    watch: false,
    include,
    reporters: [{}],
    isolate: false,
    maxWorkers: 1,
  });
  const states = vitest.state
    .getTestModules()
    .flatMap((module) => [...module.children.allTests()].map((one) => one.result().state));
  await vitest.close();
  const count = (state: string) => states.filter((one) => one === state).length;
  return { name, passed: count("passed"), failed: count("failed") };
}

/** Runs the change's tests with it, and takes it out of the copy again. */
async function runPlanted({
  name,
  file,
  find,
  put,
  noticedBy,
}: PlantedChange): Promise<PlantedRun> {
  const path = join("session", file);
  const source = readFileSync(path, "utf8");
  if (source.split(find).length !== 2) {
    throw new Error(`planted change "${name}": its place in ${path} is not there once`);
  }
  writeFileSync(
    path,
    source.replace(find, () => put),
  );
  try {
    return await runTests(name, [noticedBy]);
  } finally {
    writeFileSync(path, source);
  }
}

const wanted = process.argv.slice(2).map(Number);
const changes = PLANTED_CHANGES.filter((_, at) => wanted.length === 0 || wanted.includes(at));
const say = (run: PlantedRun) => process.stdout.write(`${JSON.stringify(run)}\n`);
const root = copyTree();
process.chdir(root);
try {
  say(await runTests("unchanged", [...new Set(changes.map(({ noticedBy }) => noticedBy))]));
  for (const change of changes) say(await runPlanted(change));
} finally {
  rmSync(root, { recursive: true, force: true });
}
// Failing tests are what is asked for here.
process.exitCode = 0;
