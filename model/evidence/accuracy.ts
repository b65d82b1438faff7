/**
 * Were the locked weeks predicted worse than by something simpler, beyond noise?
 *
 * Diebold & Mariano 1995 on absolute errors with the small-sample factor of Harvey, Leybourne & Newbold
 * 1997 and Bartlett weights up to ∛n lags; one-sided 5 % of Student's t with n − 1 degrees.
 *
 * 1. Fewer than `WEEKS_LEAST` periods tell nothing: neither better nor worse.
 */

import { countPeriods } from "../calendar.ts";

/** Below this many periods no difference is beyond noise. */
const WEEKS_LEAST = 6;
const NORMAL_95 = 1.645;

export interface Comparison {
  /** Mean absolute error over mean absolute target. */
  readonly error: number;
  readonly reference_error: number;
  /** The model's mean absolute error less the reference's, over its standard error. */
  readonly t: number;
  readonly verdict: "better" | "worse" | "no_difference";
}

/** Compares two predictions of the same periods. */
export function compareForecasts(
  actual: readonly number[],
  { model, reference }: { model: readonly number[]; reference: readonly number[] },
): Comparison {
  const size = actual.reduce((sum, value) => sum + Math.abs(value), 0) || 1;
  const errors = (predicted: readonly number[]): number[] =>
    actual.map((value, i) => Math.abs(value - (predicted[i] ?? 0)));
  const [own, other] = [errors(model), errors(reference)];
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const t = testDifference(own.map((value, i) => value - (other[i] ?? 0)));
  const limit = studentLimit(actual.length - 1);
  return {
    error: total(own) / size,
    reference_error: total(other) / size,
    t,
    verdict:
      actual.length < WEEKS_LEAST || Math.abs(t) <= limit
        ? "no_difference"
        : t > 0
          ? "worse"
          : "better",
  };
}

/** Mean over its standard error; 0 when all differences are 0. */
function testDifference(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 2) return 0;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const covariance = (lag: number): number => {
    let sum = 0;
    for (let i = lag; i < n; i += 1) {
      sum += ((differences[i] ?? 0) - mean) * ((differences[i - lag] ?? 0) - mean);
    }
    return sum / n;
  };
  const lags = Math.floor(Math.cbrt(n));
  let variance = covariance(0);
  for (let lag = 1; lag <= lags; lag += 1) {
    variance += 2 * (1 - lag / (lags + 1)) * covariance(lag);
  }
  const least = Math.max(variance, 1e-12 * mean * mean);
  if (!(least > 0)) return 0;
  return (mean / Math.sqrt(least / n)) * Math.sqrt((n - 1) / n);
}

/** 95 % of Student's t by its expansion about the normal's (Fisher & Cornish 1960). */
function studentLimit(freedom: number): number {
  const z = NORMAL_95;
  return z + (z ** 3 + z) / (4 * Math.max(1, freedom));
}

/** The value a year (52 weeks) before each of the last `count` periods; null where data are missing. */
export function predictLastYear(
  totals: readonly number[],
  { count, periodsPerWeek }: { count: number; periodsPerWeek: number },
): number[] | null {
  const back = countPeriods(52, periodsPerWeek);
  const first = totals.length - count - back;
  // A locked block longer than a year would look at its own weeks.
  if (first < 0 || count > back || count === 0) return null;
  return totals.slice(first, first + count);
}
