/**
 * Hamiltonian Monte Carlo over a density (Neal 2011), several chains in step.
 *
 * Position θ = centre + L φ with LL' the covariance of the warm-up draws of *all* chains, so that φ is
 * near a standard normal; leapfrog in φ; trajectory length jittered; step size by dual averaging of
 * the mean acceptance (Hoffman & Gelman 2014, §3.2). Warm-up windows as Stan's: the covariance is
 * taken anew at the end of each.
 *
 * 1. Same density, seed and settings: same draws, byte for byte.
 * 2. After warm-up nothing adapts.
 */

import { exp, log } from "./arithmetic.ts";
import type { Density } from "./density.ts";
import { NormalStream } from "./normal-stream.ts";
import { factorize } from "./symmetric.ts";

export interface SamplerSettings {
  readonly seed: number;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
}

export const DEFAULT_SAMPLER: Omit<SamplerSettings, "seed"> = {
  chains: 4,
  warmup: 500,
  draws: 500,
};

export interface Sampled {
  readonly dimension: number;
  readonly chains: number;
  readonly draws: number;
  /** Chain by chain, draw by draw, `dimension` values each. */
  readonly positions: Float64Array;
  readonly divergences: number;
  /** Mean acceptance after warm-up. */
  readonly acceptance: number;
  readonly stepSize: number;
  readonly gradients: number;
}

const ACCEPTANCE_AIM = 0.9;
/** Length of a trajectory in whitened units, and its jitter. */
const LENGTH = 1.5;
const LENGTH_JITTER = 0.5;
const LEAPS_MAX = 48;
/** Before the first covariance is known long trajectories are not worth their price. */
const LEAPS_MAX_FIRST = 48;
/** An energy error beyond this is a divergence. */
const ENERGY_ERROR_MAX = 50;
const START_SPREAD = 0.5;
/** Ends of the warm-up windows as shares of the warm-up. */
const WINDOW_ENDS = [0.12, 0.3, 0.6, 0.9];

interface Chain {
  readonly random: NormalStream;
  position: Float64Array;
  gradient: Float64Array;
  value: number;
}

/** Everything a trajectory needs beside its chain. */
interface Motion {
  readonly density: Density;
  readonly dimension: number;
  /** L, lower triangular. */
  factor: Float64Array;
  step: number;
  leapsMax: number;
  readonly velocity: Float64Array;
  gradients: number;
}

/** Draws from the density. */
export function sampleDensity(density: Density, settings: SamplerSettings): Sampled {
  const { dimension } = density.layout;
  const motion = createMotion(density);
  const chains = Array.from({ length: settings.chains }, (_, index) =>
    startChain(density, settings.seed + 7919 * index),
  );
  warmUp(motion, chains, settings.warmup);
  const positions = new Float64Array(settings.chains * settings.draws * dimension);
  let divergences = 0;
  let acceptance = 0;
  for (let draw = 0; draw < settings.draws; draw += 1) {
    for (const [index, chain] of chains.entries()) {
      const { accepted, diverged } = moveChain(motion, chain);
      acceptance += accepted;
      if (diverged) divergences += 1;
      positions.set(chain.position, (index * settings.draws + draw) * dimension);
    }
  }
  return {
    dimension,
    chains: settings.chains,
    draws: settings.draws,
    positions,
    divergences,
    acceptance: acceptance / (settings.chains * settings.draws),
    stepSize: motion.step,
    gradients: motion.gradients,
  };
}

function createMotion(density: Density): Motion {
  const { dimension } = density.layout;
  const factor = new Float64Array(dimension * dimension);
  for (let i = 0; i < dimension; i += 1) factor[i * dimension + i] = 1;
  return {
    density,
    dimension,
    factor,
    step: 0.1,
    leapsMax: LEAPS_MAX_FIRST,
    velocity: new Float64Array(dimension),
    gradients: 0,
  };
}

function startChain(density: Density, seed: number): Chain {
  const random = new NormalStream(seed);
  const { dimension } = density.layout;
  const position = Float64Array.from({ length: dimension }, () => START_SPREAD * random.normal());
  const gradient = new Float64Array(dimension);
  return { random, position, gradient, value: density.evaluate(position, gradient) };
}

/** Step size and covariance. */
function warmUp(motion: Motion, chains: readonly Chain[], warmup: number): void {
  const ends = WINDOW_ENDS.map((share) => Math.floor(share * warmup));
  let tuner = new StepTuner(motion.step);
  let kept: Float64Array[] = [];
  for (let iteration = 0; iteration < warmup; iteration += 1) {
    let accepted = 0;
    motion.step = tuner.step;
    for (const chain of chains) {
      accepted += moveChain(motion, chain).accepted / chains.length;
      kept.push(chain.position);
    }
    tuner.learn(accepted);
    const window = ends.indexOf(iteration + 1);
    if (window < 0) continue;
    // The way from the start to the mass is no part of it: the first window gives its second half.
    learnCovariance(motion, window === 0 ? kept.slice(kept.length >> 1) : kept);
    tuner = new StepTuner(tuner.average);
    motion.leapsMax = LEAPS_MAX;
    kept = [];
  }
  motion.step = tuner.average;
  motion.leapsMax = LEAPS_MAX;
}

/** Dual averaging of ln ε towards an acceptance. */
class StepTuner {
  step: number;
  average: number;
  readonly #centre: number;
  #gap = 0;
  #count = 0;
  #logAverage = 0;

  constructor(start: number) {
    this.step = start;
    this.average = start;
    this.#centre = log(2 * start);
  }

  learn(accepted: number): void {
    this.#count += 1;
    const share = 1 / (this.#count + 10);
    this.#gap += share * (ACCEPTANCE_AIM - accepted - this.#gap);
    const logStep = this.#centre - (Math.sqrt(this.#count) / 0.05) * this.#gap;
    const weight = exp(-0.75 * log(this.#count));
    this.#logAverage += weight * (logStep - this.#logAverage);
    this.step = exp(logStep);
    this.average = exp(this.#logAverage);
  }
}

/** Covariance of the draws, drawn towards its diagonal where they are few. */
function learnCovariance(motion: Motion, draws: readonly Float64Array[]): void {
  const { dimension } = motion;
  const count = draws.length;
  if (count < 8) return;
  const mean = new Float64Array(dimension);
  for (const draw of draws) {
    for (let i = 0; i < dimension; i += 1) mean[i] = (mean[i] as number) + (draw[i] ?? 0) / count;
  }
  const covariance = new Float64Array(dimension * dimension);
  for (const draw of draws) {
    for (let i = 0; i < dimension; i += 1) {
      const a = ((draw[i] as number) - (mean[i] as number)) / (count - 1);
      for (let j = 0; j <= i; j += 1) {
        const at = i * dimension + j;
        covariance[at] =
          (covariance[at] as number) + a * ((draw[j] as number) - (mean[j] as number));
      }
    }
  }
  const kept = count / (count + 5 * dimension);
  for (let i = 0; i < dimension; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const at = i * dimension + j;
      covariance[at] = (covariance[at] as number) * kept;
    }
    const at = i * dimension + i;
    covariance[at] = ((covariance[at] as number) * count + 0.005) / (count + 5);
  }
  const factor = new Float64Array(dimension * dimension);
  if (factorize(covariance, dimension, factor)) motion.factor = factor;
}

/** One trajectory with Metropolis' rule. */
function moveChain(motion: Motion, chain: Chain): { accepted: number; diverged: boolean } {
  const { dimension, velocity, step } = motion;
  for (let i = 0; i < dimension; i += 1) velocity[i] = chain.random.normal();
  const jitter = 1 + LENGTH_JITTER * (2 * chain.random.uniform() - 1);
  const choice = chain.random.uniform();
  const leaps = Math.min(motion.leapsMax, Math.max(1, Math.ceil((LENGTH * jitter) / step)));
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
