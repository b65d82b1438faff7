import { describe, expect, it } from "vitest";
import * as lexicon from "../../../guard/words/lexicon.ts";

describe("the words of the field", () => {
  it("are all named in the digest's text, so that no list changes unseen", () => {
    const text = lexicon.formatLexiconPatterns().split("\n");
    const single = Object.values(lexicon).filter((value) => value instanceof RegExp);
    const nouns = lexicon.PROTECTED_NOUNS.map(([, pattern]) => pattern);
    expect([...nouns, ...single].map(({ source }) => source).toSorted()).toEqual(text.toSorted());
  });

  it("hold what is protected, what is tunable and what other methods are called", () => {
    const fields = (text: string) =>
      lexicon.PROTECTED_NOUNS.filter(([, pattern]) => pattern.test(text)).map(([field]) => field);
    expect(fields("the carry-over of tv")).toEqual(["adstock"]);
    expect(fields("the hill function")).toEqual(["saturation"]);
    expect(lexicon.TUNABLE_NOUNS.test("the half-life")).toBe(true);
    expect(lexicon.TUNABLE_NOUNS.test("the trend")).toBe(false);
    expect(lexicon.OTHER_METHODS.test("a weibull curve")).toBe(true);
  });

  it("run in linear time on a long text", () => {
    const text = "replace the the the adstock ".repeat(4000);
    for (const value of Object.values(lexicon)) {
      if (value instanceof RegExp) expect(() => value.test(`${text}!`)).not.toThrow();
    }
  });
});
