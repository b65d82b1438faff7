import fc from "fast-check";
import { expect, it } from "vitest";
import { escapeText } from "../../session/quote.ts";

it("spells out control, bidirectional, zero-width and tag characters", () => {
  expect(escapeText("a\u0000b\u202ec\u200bd\u{e0041}", 100)).toBe(
    "a\\u{0}b\\u{202e}c\\u{200b}d\\u{e0041}",
  );
});

it("keeps one line and says how long a capped text was", () => {
  expect(escapeText("a\nb\tc", 100)).toBe("a b c");
  expect(escapeText("x".repeat(20), 5)).toBe("xxxxx… (20 characters)");
});

it("never leaves an unsafe character, whatever it is given", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeText(text, 200)).not.toMatch(
        /\p{Cc}|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u,
      );
    }),
  );
});
