/** Protects: limits hold their stated rates, and widen where earlier blocks were worse than the formula. */
import { describe, expect, test } from "vitest";
import {
  limitBlockErrors,
  limitLargest,
  measureExcess,
} from "../../../model/monitoring/chance-limits.ts";
import type { BlockErrors } from "../../../model/monitoring/block-test.ts";
import { Random } from "../../../model/random.ts";

const block = (failure: number, lean: number): BlockErrors => ({
  periods: 8,
  freedom: 100,
  leanSd: 1,
  cusum: 0,
  failure,
  lean,
});

describe("limits of chance", () => {
  test("are those of the distributions at a quarter of the rates", () => {
    const limits = limitBlockErrors(block(1, 0), { failure: 1, lean: 1 });
    expect(limits.lean.warn_above).toBeCloseTo(2.543, 2);
    expect(limits.failure.warn_above).toBeCloseTo(2.61, 1);
    for (const { warn_above, rollback_above } of Object.values(limits)) {
      expect(rollback_above).toBeGreaterThan(warn_above);
    }
  });

  test("widen by what earlier blocks exceeded the formula, and never narrow", () => {
    expect(measureExcess([])).toEqual({ failure: 1, lean: 1 });
    expect(measureExcess([block(0.2, 0), block(0.3, 0.1)])).toEqual({ failure: 1, lean: 1 });
    const { failure, lean } = measureExcess([block(4, 3), block(4, -3)]);
    expect([failure, lean]).toEqual([2.5, 5]);
  });

  test("hold for the largest of further spends", () => {
    const random = new Random(3);
    const draw = (count: number) =>
      Float64Array.from({ length: count }, () => Math.exp(0.5 * random.normal()));
    let beyond = 0;
    for (let run = 0; run < 400; run += 1) {
      const seen = draw(150);
      const limit = limitLargest(seen, { count: 8, tests: 1 });
      if (Math.max(...draw(8)) / Math.max(...seen) > limit.warn_above) beyond += 1;
    }
    expect(beyond / 400).toBeLessThan(0.04);
  });
});
