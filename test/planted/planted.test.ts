/**
 * The law of tests: a test stands at the path of what it tests, and has a planted change that shows it
 * can fail. That each change is found takes minutes: `npm run test:planted`.
 */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PLANTED_CHANGES as SESSION_RULES } from "../session/planted/changes.ts";
import { readSources, ROOMS } from "../support/tree-law.ts";
import { locateTest, plantChange } from "./change.ts";
import { PLANTED_CHANGES } from "./changes.ts";

/** Share of product sources with a test at the same path that a planted change shows to be one. */
const SHARE_MIN = 0.6;

const sources = Object.keys(ROOMS)
  .flatMap(readSources)
  .map(({ path }) => path);
const tested = sources.filter((source) => existsSync(locateTest(source)));
const listed = PLANTED_CHANGES.map(({ file }) => file);

/** Of `session/`, what the list of its rules has and the test at the same path notices. */
const rules = SESSION_RULES.map(({ file, noticedBy }) => ({
  source: `session/${file}`,
  test: `test/session/${noticedBy}`,
}))
  .filter(({ source, test }) => locateTest(source) === test)
  .map(({ source }) => source);
const changed = new Set([...listed, ...rules]);

describe("tests at the path of their source", () => {
  it("are there, each with a planted change, for at least 60 % of the product's sources", () => {
    expect(changed.size / sources.length).toBeGreaterThanOrEqual(SHARE_MIN);
  });

  it("have a planted change, each of them, and no change is without its test", () => {
    expect(tested.filter((source) => !changed.has(source))).toEqual([]);
    expect([...changed].filter((source) => !tested.includes(source))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe("planted changes", () => {
  it("find their text exactly once, and change it", () => {
    for (const change of PLANTED_CHANGES) {
      const text = readFileSync(change.file, "utf8");
      expect(plantChange(text, change), change.file).not.toBe(text);
    }
  });

  it("are refused where their text is not there, or there twice", () => {
    const change = { file: "guard/quote.ts", find: "a", put: "b" };
    expect(() => plantChange("x", change)).toThrow(/0 times/);
    expect(() => plantChange("aa", change)).toThrow(/guard\/quote\.ts holds "a" 2 times/);
    expect(plantChange("xa$", { ...change, put: "$&" })).toBe("x$&$");
  });
});
