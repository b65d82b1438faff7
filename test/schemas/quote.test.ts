import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote } from "../../schemas/quote.ts";

describe("text from outside", () => {
  it("stays readable when it is plain English", () => {
    expect(quote("Decay of TV is 0.6, isn't it?", 100)).toBe('"Decay of TV is 0.6, isn\'t it?"');
  });

  it("opens no tag, fence, sequence or string", () => {
    expect(quote('<b>`"\\\u001b[2J\n', 100)).toBe(
      '"\\u003cb\\u003e\\u0060\\u0022\\u005c\\u001b[2J\\u000a"',
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = quote(text, 50);
        expect(shown).toMatch(/^"[\x20-\x7e]*"(?:\.\.\. \(\d+ more\))?$/);
        expect(shown.slice(1, -1)).not.toMatch(/[<>&`]/);
        expect(shown.length).toBeLessThanOrEqual(6 * 50 + 30);
      }),
    );
  });

  it("is cut, and says how much is left out", () => {
    expect(quote("abcdef", 4)).toBe('"abcd"... (2 more)');
    expect(quote("abcd", 4)).toBe('"abcd"');
  });
});
