import { describe, expect, it } from "vitest";
import { computeContentDigest } from "../../../guard/proposal/content.ts";

const digest = (text: string): string => {
  try {
    return computeContentDigest(text, JSON.parse(text));
  } catch {
    return computeContentDigest(text, undefined);
  }
};
const asked = '{"changes":[{"path":"a.decay","to":0.5},{"path":"b.decay","to":2}]}';

describe("what a proposal asks for", () => {
  it.each([
    ["another order", '{"changes":[{"path":"b.decay","to":2},{"to":0.5,"path":"a.decay"}]}'],
    ["another spelling of numbers", asked.replace("0.5", "5.0e-1")],
    ["jitter", asked.replace("0.5", "0.5004")],
    ["casing and spacing", asked.replace("a.decay", " A.Decay")],
    ["letters drawn alike", asked.replace("a.decay", "а.dеcay")],
    ["a reason", asked.replace("]}", '],"reasoning":"because"}')],
  ])("is the same after %s", (_name, text) => {
    expect(digest(text)).toBe(digest(asked));
  });

  it("is another with another number, path or form", () => {
    const others = [
      asked.replace("0.5", "0.51"),
      asked.replace("a.", "c."),
      '{"config":{"a":1}}',
      '{"changes":[{"path":"a.decay","to":0.5}]}',
    ];
    expect(new Set([asked, ...others].map(digest)).size).toBe(5);
  });

  it("of a text that is no JSON is its letters, escaped or not", () => {
    expect(digest('{"drop adstock"')).toBe(digest("Drop  the \\u0041dstock".replace("the ", "")));
    expect(digest('{"drop adstock"')).not.toBe(digest("drop trend"));
  });
});
