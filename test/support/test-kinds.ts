/**
 * Which tests need more than this process and a moment: a server, a browser, a child process, a fleet. Told
 * by what a test file imports, directly or through the files beside it, so that no list goes stale; those
 * that only compute for long are listed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** Importing one of these takes a test out of this process. */
const OUTSIDE =
  /^(?:node:child_process|playwright-core)$|^test\/support\/(?:servers\/|faults\/|(?:mmm|child|backends)\.ts)|^test\/simulation\//;

/** These need nothing but compute for five seconds and more: who wants an answer at once leaves them out. */
const LONG: readonly string[] = [
  "test/agents/monitor-deployment.test.ts",
  "test/model/bad-numbers.test.ts",
  "test/model/effects-seeds.test.ts",
  "test/model/effects.test.ts",
  "test/model/locked-test.test.ts",
  "test/model/monitor.test.ts",
  "test/model/train.test.ts",
  "test/router/classifier/shipped.test.ts",
  "test/router/encoder/onnx-runtime.test.ts",
  "test/router/encoder/sentence-encoder.test.ts",
];

/** All test files, as paths from the root: those that run in this process alone, and the others. */
export function sortTestFiles(): { readonly unit: string[]; readonly outside: string[] } {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => posix.join("test", name))
    .toSorted();
  const gone = LONG.find((file) => !files.includes(file));
  if (gone !== undefined) throw new Error(`${gone} is no test any more: correct LONG`);
  const kinds = Object.groupBy(files, (file) =>
    LONG.includes(file) || reachesOutside(file) ? "outside" : "unit",
  );
  return { unit: kinds.unit ?? [], outside: kinds.outside ?? [] };
}

function reachesOutside(file: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  return listImports(readFileSync(file, "utf8"))
    .map((target) => (target.startsWith(".") ? posix.join(posix.dirname(file), target) : target))
    .some((target) => OUTSIDE.test(target) || (isTestFile(target) && reachesOutside(target, seen)));
}

/** What the product itself starts is the product's affair. */
function isTestFile(path: string): boolean {
  return path.startsWith("test/");
}

function listImports(text: string): string[] {
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g);
  return [...found].map((match) => match[1] ?? "");
}
