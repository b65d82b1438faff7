/**
 * Standard normal deviates from the engine's seeded stream, without the host's logarithm.
 *
 * Marsaglia's polar method (Marsaglia & Bray 1964) over `Random.uniform`.
 *
 * 1. The same seed gives the same numbers on every machine.
 */

import { Random } from "../random.ts";
import { log } from "./arithmetic.ts";

export class NormalStream {
  readonly #random: Random;
  #spare: number | null = null;

  /** @param seed any finite number */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.#random.uniform();
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
      const scale = Math.sqrt((-2 * log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}
