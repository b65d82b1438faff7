/**
 * A seeded stream of numbers.
 *
 * xoshiro128** (Blackman & Vigna 2018), seeded through SplitMix32 as its authors advise; normal
 * deviates by Marsaglia's polar method (Marsaglia & Bray 1964). Not for secrets.
 *
 * 1. The same seed gives the same numbers on every machine (integer arithmetic, then one division).
 */

export class Random {
  readonly #state = new Uint32Array(4);
  #spare: number | null = null;

  /** @param seed any finite number; its fraction and high bits count, too */
  constructor(seed: number) {
    const bits = new Uint32Array(new Float64Array([seed]).buffer);
    let state = ((bits[0] ?? 0) ^ Math.imul(bits[1] ?? 0, 0x9e3779b1)) >>> 0;
    for (let index = 0; index < 4; index += 1) {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      this.#state[index] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number {
    const s = this.#state;
    const [a, b, c, d] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
    const product = Math.imul(b, 5);
    const rotated = (product << 7) | (product >>> 25);
    const result = Math.imul(rotated, 9) >>> 0;
    const c2 = c ^ a;
    const d2 = d ^ b;
    s[1] = b ^ c2;
    s[0] = a ^ d2;
    s[2] = c2 ^ (b << 9);
    s[3] = (d2 << 11) | (d2 >>> 21);
    return result / 4_294_967_296;
  }

  /** Uniform whole number in [0, count). */
  below(count: number): number {
    return Math.min(Math.floor(this.uniform() * count), count - 1);
  }

  /** Standard normal. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}

/** A seed for part `index` of a work that has one seed. */
export function deriveSeed(seed: number, index: number): number {
  const random = new Random(seed + 0.5);
  const base = Math.floor(random.uniform() * 2 ** 31);
  return base + index * 7919;
}
