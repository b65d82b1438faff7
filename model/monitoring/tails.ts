/**
 * Tail probabilities of the distributions that errors of an unchanged process have, and their limits.
 *
 * 1. Tails fall from 1 to 0 as the value grows; limits are where a tail equals a stated rate.
 *
 * The incomplete beta function by its continued fraction (Lentz 1976; Abramowitz & Stegun 26.5.8), the
 * logarithm of the gamma function by Lanczos (1964).
 */

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const ROUNDS_MAX = 500;

function computeLogGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - computeLogGamma(1 - x);
  const t = x - 1 + LANCZOS.length - 0.5;
  const series = LANCZOS.reduce((sum, weight, at) => sum + weight / (x + at), 0.99999999999980993);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** I_x(a, b). */
function computeIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - computeIncompleteBeta(1 - x, b, a);
  const scale =
    computeLogGamma(a + b) -
    computeLogGamma(a) -
    computeLogGamma(b) +
    a * Math.log(x) +
    b * Math.log1p(-x);
  let c = 1;
  let d = 1 / guardZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= ROUNDS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guardZero(1 + even * d);
    c = guardZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guardZero(1 + odd * d);
    c = guardZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-13) break;
  }
  return (Math.exp(scale) * fraction) / a;
}

function guardZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** P(F > value), degrees of freedom > 0. */
export function computeFTail(value: number, above: number, below: number): number {
  if (!(value > 0)) return 1;
  if (value === Infinity) return 0;
  return computeIncompleteBeta(below / (below + above * value), below / 2, above / 2);
}

/** P(|T| > |value|) of Student's t. */
export function computeTTail(value: number, freedom: number): number {
  return computeFTail(value * value, 1, freedom);
}

/** The value at which a falling tail equals `rate`, to 1e-9 of it. */
export function findTailLimit(tail: (value: number) => number, rate: number): number {
  let high = 1;
  while (tail(high) > rate && high < 1e12) high *= 2;
  let low = 0;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (tail(middle) > rate) low = middle;
    else high = middle;
  }
  return high;
}
