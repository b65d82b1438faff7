/** Numbers as people read them: these texts stand in histories. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPercent } from "../../schemas/number-text.ts";

test.each([
  [0.0512, undefined, "5.12 %"],
  [0.0512, 1, "5.1 %"],
  [0.9996, 0, "100 %"],
  [-0.25, 2, "-25.00 %"],
  [0, 3, "0.000 %"],
  [null, 2, "–"],
  [undefined, 2, "–"],
])("%s with %s digits is %s", (fraction, digits, text) => {
  expect(formatPercent(fraction, digits)).toBe(text);
});

test("without digits it rounds halves up, as shares have always been rounded", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      expect(formatPercent(share, 0)).toBe(`${Math.round(share * 100)} %`);
    }),
  );
  for (const share of [0.005, 0.125, 0.375, 0.625, 0.875]) {
    expect(formatPercent(share, 0)).toBe(`${Math.round(share * 100)} %`);
  }
});
