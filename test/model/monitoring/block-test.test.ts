/** Protects: errors of new periods are standardised by all that makes them err, and nothing else. */
import { describe, expect, test } from "vitest";
import { standardizeErrors } from "../../../model/monitoring/block-test.ts";
import type { PeriodTotals } from "../../../model/monitoring/period-totals.ts";
import { Random } from "../../../model/random.ts";

const TRAINED = 120;
const AHEAD = 8;

/** A line through noise with first-order autocorrelation, fitted by least squares. */
function createSeries(seed: number, rho: number, jump = 0): PeriodTotals {
  const random = new Random(seed);
  const n = TRAINED + AHEAD;
  const slope = Float64Array.from({ length: n }, (_, t) => t / n);
  const columns = [new Float64Array(n).fill(1), slope];
  let noise = random.normal();
  const actual = slope.map((x, t) => {
    noise = rho * noise + Math.sqrt(1 - rho * rho) * random.normal();
    return 5 + x + noise + (t >= TRAINED ? jump : 0);
  });
  const [x, y] = [slope.subarray(0, TRAINED), actual.subarray(0, TRAINED)];
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / TRAINED;
  const [mx, my] = [mean(x), mean(y)];
  const b =
    x.reduce((sum, value, t) => sum + (value - mx) * ((y[t] ?? 0) - my), 0) /
    x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  const predicted = slope.map((value) => my + b * (value - mx));
  const errors = actual.map((value, t) => value - (predicted[t] ?? 0));
  return { trained: TRAINED, actual, predicted, errors, columns, chosen: 0 };
}

const blocks = (rho: number, jump = 0) =>
  Array.from({ length: 400 }, (_, seed) =>
    standardizeErrors(createSeries(seed + 1, rho, jump), AHEAD),
  );
const share = (values: readonly boolean[]) => values.filter(Boolean).length / values.length;

describe("errors of new periods", () => {
  test.each([0, 0.5])("are of size one where nothing changed (autocorrelation %d)", (rho) => {
    const found = blocks(rho);
    const failure = found.reduce((sum, one) => sum + one.failure, 0) / found.length;
    expect(failure).toBeGreaterThan(0.9);
    expect(failure).toBeLessThan(1.15);
    const beyond = share(found.map(({ lean }) => Math.abs(lean) > 1.98));
    expect(beyond).toBeGreaterThan(0.02);
    expect(beyond).toBeLessThan(0.09);
  });

  test("lean to the side of a jump", () => {
    expect(share(blocks(0, 1.5).map(({ lean }) => lean > 1.98))).toBeGreaterThan(0.9);
    expect(share(blocks(0, -1.5).map(({ cusum }) => cusum > 2.24))).toBeGreaterThan(0.8);
  });

  test("are all or nothing where the fit left no residual", () => {
    const exact = { ...createSeries(1, 0), errors: new Float64Array(TRAINED + AHEAD) };
    expect(standardizeErrors(exact, AHEAD)).toMatchObject({ failure: 0, lean: 0, cusum: 0 });
    const jumped = { ...exact, errors: exact.errors.map((_, t) => (t < TRAINED ? 0 : 1)) };
    expect(standardizeErrors(jumped, AHEAD).failure).toBeGreaterThan(1e100);
  });
});
