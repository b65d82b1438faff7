/** Protects: a gain counts when it exceeds what folds differ by, and old histories keep their rule. */
import { describe, expect, it } from "vitest";
import { measureGain } from "../../session/gain.ts";

const before = { fold_losses: [0.05, 0.06, 0.04, 0.05] };

describe("measureGain", () => {
  it("is the mean over folds with its standard error", () => {
    const gain = measureGain(before, { fold_losses: [0.04, 0.05, 0.03, 0.04] });
    expect(gain?.mean).toBeCloseTo(0.01, 12);
    expect(gain?.standard_error).toBeCloseTo(0, 12);
    const mixed = measureGain(before, { fold_losses: [0.03, 0.06, 0.04, 0.05] });
    expect(mixed?.mean).toBeCloseTo(0.005, 12);
    expect(mixed?.standard_error).toBeCloseTo(0.005, 12);
    expect(mixed?.folds).toBe(4);
  });

  it("is unknown without folds, with other folds, or with one", () => {
    expect(measureGain({}, before)).toBeNull();
    expect(measureGain(before, {})).toBeNull();
    expect(measureGain(before, { fold_losses: [0.05] })).toBeNull();
    expect(measureGain({ fold_losses: [0.05] }, { fold_losses: [0.04] })).toBeNull();
  });
});
