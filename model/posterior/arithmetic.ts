/**
 * Exponential, logarithm, sine and normal quantile from the four operations and the square root
 * alone, so that a seed gives the same bytes on every processor and version of the host.
 *
 * Sources: `exp` and `log` after fdlibm (Ng, Sun Microsystems 1993; Cody & Waite 1980 for the two
 * parts of ln 2), within 2 units in the last place; the normal quantile is AS 241 (Wichura 1988).
 *
 * 1. No host `Math.exp`, `log`, `pow`, `sin`: only + − × ÷, `Math.sqrt`, `floor`, `abs` (exact by IEEE 754).
 * 2. Nothing here returns NaN for a finite argument; `log` of 0 or less is −Infinity.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;
const EXP_LARGEST = 709;
const EXP_SMALLEST = -708;
const SQRT_2 = 1.4142135623730951;

const POWERS = powersOfTwo();
const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);
/** Position of the half with the exponent: 1 on little-endian machines. */
const HIGH = ((): 0 | 1 => {
  word[0] = 1;
  return halves[1] === 0x3ff00000 ? 1 : 0;
})();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2100);
  let up = 1;
  let down = 1;
  for (let k = 0; k <= 1022; k += 1) {
    powers[1050 + k] = up;
    powers[1050 - k] = down;
    up *= 2;
    down /= 2;
  }
  powers[1050 + 1023] = up;
  return powers;
}

/** e^x; 0 below −708, e^709 above 709. */
export function exp(x: number): number {
  if (x <= EXP_SMALLEST) return 0;
  const z = x > EXP_LARGEST ? EXP_LARGEST : x;
  const k = Math.floor(z * INVERSE_LN2 + 0.5);
  const high = z - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 +
                t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  return (1 - (low - (r * c) / (2 - c) - high)) * (POWERS[1050 + k] as number);
}

/** ln x; −Infinity for x ≤ 0 and below the smallest normal number. */
export function log(x: number): number {
  if (!(x >= 2.2250738585072014e-308)) return -Infinity;
  word[0] = x;
  const top = halves[HIGH] as number;
  let k = (top >>> 20) - 1023;
  halves[HIGH] = (top & 0xfffff) | 0x3ff00000;
  let m = word[0] as number;
  if (m > SQRT_2) {
    m *= 0.5;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const tail =
    z *
    (6.66666666666673513e-1 +
      z *
        (3.999999999940941908e-1 +
          z *
            (2.857142874366239149e-1 +
              z *
                (2.222219843214978396e-1 +
                  z *
                    (1.818357216161805012e-1 +
                      z * (1.531383769920937332e-1 + z * 1.479819860510658591e-1))))));
  return k * LN2_HIGH + (2 * s + (s * tail + k * LN2_LOW));
}

/** 1/(1 + e^−x). */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** ln(p/(1 − p)), 0 < p < 1. */
export function logit(p: number): number {
  return log(p / (1 - p));
}

/** ln(1 + x), x > −1: the rounding of 1 + x is made good (Kahan). */
function logOnePlus(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : (log(u) * x) / (u - 1);
}

/** ln(1 + e^x). */
export function softplus(x: number): number {
  return x > 0 ? x + logOnePlus(exp(-x)) : logOnePlus(exp(x));
}

/** base^power for base > 0. */
export function power(base: number, exponent: number): number {
  return base > 0 ? exp(exponent * log(base)) : 0;
}

/** sin(2π turns), to 1e-15; the angle is reduced in turns, where it is exact. */
export function sineOfTurns(turns: number): number {
  let part = turns - Math.floor(turns);
  let sign = 1;
  if (part >= 0.5) {
    part -= 0.5;
    sign = -1;
  }
  if (part > 0.25) part = 0.5 - part;
  const useCosine = part > 0.125;
  const x = 2 * Math.PI * (useCosine ? 0.25 - part : part);
  return sign * (useCosine ? series(x * x, 1, 0) : series(x * x, x, 1));
}

/** cos(2π turns). */
export function cosineOfTurns(turns: number): number {
  return sineOfTurns(turns + 0.25);
}

/** first · Σ (−x²)^i / ((start+1)(start+2) … (start+2i)): Taylor of sine (start 1), cosine (0). */
function series(square: number, first: number, start: number): number {
  let sum = 1;
  for (let i = 10; i >= 1; i -= 1) {
    const at = start + 2 * i;
    sum = 1 - (square / (at * (at - 1))) * sum;
  }
  return first * sum;
}

const CENTRE_A = [
  2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
  13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
];
const CENTRE_B = [
  5226.49527885254561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
  5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
];
const NEAR_C = [
  7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
  1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
  1.42343711074968357734,
];
const NEAR_D = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
  0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
];
const FAR_E = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
  0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
  6.6579046435011037772,
];
const FAR_F = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
  7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769,
  1,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

/** The standard normal's quantile, 0 < p < 1. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_A, r)) / polynomial(CENTRE_B, r);
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const near = r <= 5;
  const value = near
    ? polynomial(NEAR_C, r - 1.6) / polynomial(NEAR_D, r - 1.6)
    : polynomial(FAR_E, r - 5) / polynomial(FAR_F, r - 5);
  return q < 0 ? -value : value;
}
