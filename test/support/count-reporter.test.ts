/** The closing lines of a test run, which people and machines read. */
import { expect, test } from "vitest";
import { countLines } from "./count-reporter.ts";

type Modules = Parameters<typeof countLines>[0];

/** A module with tests of these states, those with a "*" at a second try. */
function moduleOf(...states: readonly string[]): Modules[number] {
  const tests = states.map((state, index) => ({
    fullName: `test ${index}`,
    result: () => ({ state: state.replace("*", "") }),
    diagnostic: () => ({ flaky: state.endsWith("*") }),
  }));
  const children = { size: tests.length, allTests: () => tests };
  return { moduleId: "m", ok: () => true, children } as unknown as Modules[number];
}

test("the last line holds the counts alone", () => {
  expect(countLines([moduleOf("passed", "passed"), moduleOf("failed")], 0).at(-1)).toBe(
    "2 passed, 1 failed",
  );
  expect(countLines([moduleOf("passed", "skipped")], 2).at(-1)).toBe(
    "1 passed, 2 failed, 1 skipped",
  );
});

test("a test that passed at a second try is named and counted before it", () => {
  expect(countLines([moduleOf("passed", "passed*")], 0)).toEqual([
    "second try: test 1",
    "1 test needed a second try",
    "2 passed, 0 failed",
  ]);
  expect(countLines([moduleOf("passed")], 0)).toEqual([
    "0 tests needed a second try",
    "1 passed, 0 failed",
  ]);
});
