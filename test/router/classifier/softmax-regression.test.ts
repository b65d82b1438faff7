import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../router/classifier/random.ts";
import {
  fitSoftmax,
  computeLogits,
  applySoftmax,
} from "../../../router/classifier/softmax-regression.ts";

/** Three overlapping clouds in the plane. */
function clouds(count: number) {
  const random = createSeededRandom(3);
  const centres = [
    [1, 0],
    [-1, 0.5],
    [0, -1],
  ] as const;
  const x = new Float32Array(2 * count);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    y[i] = i % 3;
    const [cx, cy] = centres[i % 3]!;
    x[2 * i] = cx + random() - 0.5;
    x[2 * i + 1] = cy + random() - 0.5;
  }
  return { x, y, weight: new Float64Array(count).fill(1), dimension: 2 };
}

/** The objective written once more, straight from its formula. */
function objective(rows: ReturnType<typeof clouds>, w: Float64Array, c: number): number {
  const logits = new Float64Array(3);
  let loss = 0;
  for (let i = 0; i < rows.y.length; i++) {
    computeLogits(logits, w, rows.x.subarray(2 * i, 2 * i + 2));
    const own = logits[rows.y[i]!]!;
    loss += rows.weight[i]! * (applySoftmax(logits) - own);
  }
  for (let j = 0; j < w.length; j++) if (j % 3 !== 2) loss += w[j]! ** 2 / (2 * c);
  return loss;
}

describe("fitSoftmax", () => {
  it("ends where no small step in any direction lowers the objective", () => {
    const rows = clouds(90);
    const w = fitSoftmax(rows, { classes: 3, c: 2, tolerance: 1e-10 });
    const best = objective(rows, w, 2);
    for (let j = 0; j < w.length; j++) {
      for (const step of [1e-2, -1e-2]) {
        const moved = w.slice();
        moved[j] = moved[j]! + step;
        expect(objective(rows, moved, 2)).toBeGreaterThan(best);
      }
    }
  });

  it("shrinks the weights when the penalty is stronger", () => {
    const size = (w: Float64Array) => Math.hypot(...w.filter((_, j) => j % 3 !== 2));
    const rows = clouds(90);
    const weak = fitSoftmax(rows, { classes: 3, c: 100 });
    const strong = fitSoftmax(rows, { classes: 3, c: 0.01 });
    expect(size(strong)).toBeLessThan(size(weak) / 5);
  });

  it("does not learn from rows of weight 0", () => {
    const rows = clouds(90);
    const half = { ...rows, weight: rows.weight.map((_, i) => (i < 45 ? 1 : 0)) };
    const few = {
      ...rows,
      x: rows.x.slice(0, 90),
      y: rows.y.slice(0, 45),
      weight: rows.weight.slice(0, 45),
    };
    const a = fitSoftmax(half, { classes: 3, c: 1, tolerance: 1e-9 });
    const b = fitSoftmax(few, { classes: 3, c: 1, tolerance: 1e-9 });
    for (const [j, value] of a.entries()) expect(value).toBeCloseTo(b[j]!, 3);
  });

  it("turns logits of any size into probabilities that sum to 1", () => {
    const logits = Float64Array.of(1000, 999, -1000);
    const logSum = applySoftmax(logits);
    expect(logits.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(logSum).toBeCloseTo(1000.3133, 3);
  });
});
