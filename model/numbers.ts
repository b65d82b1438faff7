/**
 * Small statistics on plain numbers, safe against empty and constant input.
 *
 * 1. Nothing here returns NaN or Infinity.
 */

/** The value, or null when it is not finite. */
export function toFiniteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Arithmetic mean; 0 of nothing. */
export function computeMean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Population standard deviation; 0 of nothing. */
export function computeStandardDeviation(values: ArrayLike<number>): number {
  const centre = computeMean(values);
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) {
    squares += ((values[index] ?? 0) - centre) ** 2;
  }
  return values.length === 0 ? 0 : Math.sqrt(squares / values.length);
}

/** Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, type 7). */
export function computeQuantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (at - below);
}

export function computeMedian(values: ArrayLike<number>): number {
  return computeQuantile(values, 0.5);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

export function sum(values: ArrayLike<number>, from = 0, to: number = values.length): number {
  let total = 0;
  for (let index = from; index < to; index += 1) total += values[index] ?? 0;
  return total;
}
