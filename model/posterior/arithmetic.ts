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

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = 1.4426950408889634;
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
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t *
              (0.00006613756321437934 +
                t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))));
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
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z *
                    (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605106586))))));
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

/** e^x − 1: the rounding of e^x is made good (Kahan). */
export function expMinusOne(x: number): number {
  const u = exp(x);
  if (u === 1) return x;
  const less = u - 1;
  return less === -1 ? -1 : (less * x) / log(u);
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
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_B = [
  5226.495278852545, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const NEAR_C = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const NEAR_D = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
];
const FAR_E = [
  2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_F = [
  2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
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
