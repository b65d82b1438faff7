import { describe, expect, test } from "vitest";
import type { WindowFit } from "../../../model/fit/fit.ts";
import { Random } from "../../../model/random.ts";
import { drawBootstrapTarget } from "../../../model/results/block-bootstrap.ts";

const TRAIN = 27;
const target = Float64Array.from({ length: 30 }, (_, row) => 100 + row + row * row);
const fitOf = (fitted: Float64Array): WindowFit =>
  ({
    problem: { stride: 1, scaledTarget: target, weights: new Float64Array(30).fill(1) },
    trainRows: TRAIN,
    rank: 2,
    beta: Float64Array.of(1, 0),
    fitted,
  }) as never;

describe("a resampled target", () => {
  test("is the target itself where the model leaves nothing over", () => {
    expect(drawBootstrapTarget(fitOf(target), new Random(1))).toEqual(target);
  });

  test("takes residuals in blocks of three consecutive rows, inflated by √(n / (n − p))", () => {
    const residual = (row: number): number => row * row;
    const fitted = target.map((value, row) => value - residual(row));
    const drawn = drawBootstrapTarget(fitOf(fitted), new Random(2));
    const inflation = Math.sqrt(TRAIN / (TRAIN - 3));
    const sources = Array.from({ length: TRAIN }, (_, row) =>
      Math.round(Math.sqrt(((drawn[row] ?? 0) - (fitted[row] ?? 0)) / inflation)),
    );
    for (let row = 0; row < TRAIN; row += 1) {
      const source = sources[row] ?? 0;
      expect((drawn[row] ?? 0) - (fitted[row] ?? 0)).toBeCloseTo(inflation * residual(source), 6);
      if (row % 3 !== 0) expect(source).toBe(((sources[row - 1] ?? 0) + 1) % TRAIN);
    }
    expect(drawn.subarray(TRAIN)).toEqual(target.subarray(TRAIN));
  });
});
