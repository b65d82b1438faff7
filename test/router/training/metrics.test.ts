import { describe, expect, it } from "vitest";
import {
  type Prediction,
  computeRecallAt,
  computeReport,
} from "../../../router/training/metrics.ts";

function said(truth: string, label: string | null, more: Partial<Prediction> = {}): Prediction {
  return { truth, label, confidence: 0.9, accepted: true, inScope: 0.9, ...more };
}

describe("report", () => {
  const figures = computeReport(
    [
      said("a", "a"),
      said("a", "a"),
      said("a", "b"),
      said("b", "b"),
      said("b", null, { accepted: false, confidence: 0 }),
      said("none", "none", { inScope: 0.1 }),
      said("none", "a", { accepted: false, inScope: 0.2 }),
      said("none", "a"),
    ],
    "none",
  );

  it("counts accuracy over all, precision and recall by label", () => {
    expect(figures.accuracy).toBeCloseTo(4 / 8, 12);
    const { support, precision, recall, f1 } = figures.by_label["a"]!;
    expect(support).toBe(3);
    expect(precision).toBeCloseTo(2 / 4, 12);
    expect(recall).toBeCloseTo(2 / 3, 12);
    expect(f1).toBeCloseTo(4 / 7, 12);
  });

  it("keeps a table of confusions", () => {
    expect(figures.confusion).toEqual({
      a: { a: 2, b: 1 },
      b: { b: 1, none: 1 },
      none: { none: 1, a: 2 },
    });
  });

  it("separates what was accepted from what was right", () => {
    expect(figures.coverage).toBeCloseTo(4 / 5, 12);
    expect(figures.accepted_accuracy).toBeCloseTo(3 / 5, 12);
    expect(figures.out_of_scope_refused).toBeCloseTo(2 / 3, 12);
  });

  it("has no figure where there is nothing to count", () => {
    const empty = computeReport([], "none");
    expect(empty).toMatchObject({ texts: 0, accepted_accuracy: null, out_of_scope_refused: null });
  });
});

describe("recallAt", () => {
  const inside = Array.from({ length: 20 }, (_, i) => ({ inScope: 0.5 + i / 40 }));

  it("refuses only what lies below the worst share of in-scope texts", () => {
    const outside = [{ inScope: 0.4 }, { inScope: 0.51 }, { inScope: 0.99 }];
    expect(computeRecallAt(inside, outside, 0.05)).toBeCloseTo(2 / 3, 12);
    expect(computeRecallAt(inside, outside, 0)).toBeCloseTo(1 / 3, 12);
  });

  it("keeps a text that is exactly as good as the threshold", () => {
    expect(computeRecallAt(inside, [{ inScope: 0.5 }], 0)).toBe(0);
  });

  it("is null without texts on either side", () => {
    expect(computeRecallAt([], inside, 0.05)).toBeNull();
    expect(computeRecallAt(inside, [], 0.05)).toBeNull();
  });
});
