/**
 * One trajectory of Hamiltonian Monte Carlo: leapfrog in whitened coordinates (`sampler.ts`), accepted by
 * Metropolis' rule (Neal 2011, §5.2–5.3).
 *
 * 1. A trajectory whose energy is off beyond a limit, or not a number, ends where it began: it diverged.
 */

import { exp } from "./arithmetic.ts";
import type { Coordinates } from "./coordinates.ts";
import type { NormalStream } from "./normal-stream.ts";

/** Length of a trajectory in whitened units, and its jitter. */
const LENGTH = 2;
const LENGTH_JITTER = 0.5;
const LEAPS_MAX = 48;
/** An energy error beyond this is a divergence. */
const ENERGY_ERROR_MAX = 50;

export interface Chain {
  readonly random: NormalStream;
  position: Float64Array;
  gradient: Float64Array;
  value: number;
}

/** Everything a trajectory needs beside its chain. */
export interface Motion {
  readonly density: Coordinates;
  readonly dimension: number;
  /** L, lower triangular. */
  factor: Float64Array;
  step: number;
  readonly velocity: Float64Array;
  gradients: number;
}

/** At rest: the identity for covariance, a small step. */
export function createMotion(density: Coordinates): Motion {
  const { dimension } = density;
  const factor = new Float64Array(dimension * dimension);
  for (let i = 0; i < dimension; i += 1) factor[i * dimension + i] = 1;
  return {
    density,
    dimension,
    factor,
    step: 0.1,
    velocity: new Float64Array(dimension),
    gradients: 0,
  };
}

/** One trajectory with Metropolis' rule. */
export function moveChain(motion: Motion, chain: Chain): { accepted: number; diverged: boolean } {
  const { dimension, velocity, step } = motion;
  for (let i = 0; i < dimension; i += 1) velocity[i] = chain.random.normal();
  const jitter = 1 + LENGTH_JITTER * (2 * chain.random.uniform() - 1);
  const choice = chain.random.uniform();
  const leaps = Math.min(LEAPS_MAX, Math.max(1, Math.ceil((LENGTH * jitter) / step)));
  const before = chain.value - 0.5 * squareOf(velocity);
  const position = chain.position.slice();
  const gradient = chain.gradient.slice();
  let value = chain.value;
  for (let leap = 0; leap < leaps; leap += 1) {
    push(motion, gradient, 0.5 * step);
    advance(motion, position, step);
    value = motion.density.evaluate(position, gradient);
    motion.gradients += 1;
    push(motion, gradient, 0.5 * step);
    if (!(value - 0.5 * squareOf(velocity) > before - ENERGY_ERROR_MAX)) {
      return { accepted: 0, diverged: true };
    }
  }
  const change = value - 0.5 * squareOf(velocity) - before;
  const accepted = change >= 0 ? 1 : exp(change);
  if (choice < accepted) {
    chain.position = position;
    chain.gradient = gradient;
    chain.value = value;
  }
  return { accepted, diverged: false };
}

function squareOf(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}

/** velocity += by · L' gradient. */
function push({ factor, dimension, velocity }: Motion, gradient: Float64Array, by: number): void {
  for (let row = 0; row < dimension; row += 1) {
    const scaled = by * (gradient[row] as number);
    const at = row * dimension;
    for (let column = 0; column <= row; column += 1) {
      velocity[column] = (velocity[column] as number) + scaled * (factor[at + column] as number);
    }
  }
}

/** position += by · L velocity. */
function advance(
  { factor, dimension, velocity }: Motion,
  position: Float64Array,
  by: number,
): void {
  for (let row = 0; row < dimension; row += 1) {
    let sum = 0;
    const at = row * dimension;
    for (let column = 0; column <= row; column += 1) {
      sum += (factor[at + column] as number) * (velocity[column] as number);
    }
    position[row] = (position[row] as number) + by * sum;
  }
}
