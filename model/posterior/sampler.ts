/**
 * Hamiltonian Monte Carlo over a density (Neal 2011), several chains in step.
 *
 * Position η = centre + L φ with LL' the covariance of the warm-up draws of *all* chains, so that φ is
 * near a standard normal; leapfrog in φ; trajectory length jittered; step size by dual averaging of
 * the mean acceptance (Hoffman & Gelman 2014, §3.2). Warm-up windows as Stan's: the covariance is
 * taken anew at the end of each.
 *
 * 1. Same density, seed and settings: same draws, byte for byte.
 * 2. After warm-up nothing adapts.
 */

import { exp, log } from "./arithmetic.ts";
import type { Coordinates } from "./coordinates.ts";
import { NormalStream } from "./normal-stream.ts";
import { factorize } from "./symmetric.ts";
import type { Chain, Motion } from "./trajectory.ts";
import { createMotion, moveChain } from "./trajectory.ts";

export interface SamplerSettings {
  readonly seed: number;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
}

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

const ACCEPTANCE_AIM = 0.85;
/** After a warm-up that left divergences or chains apart. */
const CAREFUL_AIM = 0.95;
const START_SPREAD = 0.5;
/** Ends of the warm-up windows as shares of the warm-up. */
const WINDOW_ENDS = [0.12, 0.3, 0.6, 0.9];

/** Chains that have been started and go on from where they are. */
export class Chains {
  readonly #motion: Motion;
  readonly #chains: readonly Chain[];
  readonly #settings: SamplerSettings;
  #rounds: Round[] = [];

  /** Starts the chains and warms them up. */
  constructor(density: Coordinates, settings: SamplerSettings) {
    this.#motion = createMotion(density);
    this.#settings = settings;
    this.#chains = Array.from({ length: settings.chains }, (_, index) =>
      startChain(density, settings.seed + 7919 * index),
    );
    warmUp(this.#motion, this.#chains, { length: settings.warmup, aim: ACCEPTANCE_AIM });
  }

  /** Adds this many draws to every chain. */
  draw(draws: number): void {
    this.#rounds.push(moveOn(this.#motion, this.#chains, draws));
  }

  /** Drops the draws, takes the covariance from them and warms up again, with shorter steps. */
  warmUpAgain(): void {
    learnCovariance(
      this.#motion,
      this.#rounds.flatMap(({ visited }) => visited.flat()),
    );
    this.#rounds = [];
    warmUp(this.#motion, this.#chains, { length: this.#settings.warmup, aim: CAREFUL_AIM });
  }

  /** All draws since the last warm-up. */
  read(): Sampled {
    const { density, dimension, step, gradients } = this.#motion;
    const rounds = this.#rounds;
    const draws = rounds.reduce((sum, round) => sum + (round.visited[0]?.length ?? 0), 0);
    const positions = new Float64Array(this.#chains.length * draws * dimension);
    let at = 0;
    for (const index of this.#chains.keys()) {
      for (const eta of rounds.flatMap(({ visited }) => visited[index] ?? [])) {
        density.toTheta(eta, positions.subarray(at, at + dimension));
        at += dimension;
      }
    }
    const accepted = rounds.reduce((sum, round) => sum + round.accepted, 0);
    return {
      dimension,
      chains: this.#chains.length,
      draws,
      positions,
      divergences: rounds.reduce((sum, round) => sum + round.divergences, 0),
      acceptance: accepted / Math.max(1, this.#chains.length * draws),
      stepSize: step,
      gradients,
    };
  }
}

/** Draws from the density: warm-up and one round. */
export function sampleDensity(density: Coordinates, settings: SamplerSettings): Sampled {
  const chains = new Chains(density, settings);
  chains.draw(settings.draws);
  return chains.read();
}

interface Round {
  /** Positions chain by chain. */
  readonly visited: readonly Float64Array[][];
  readonly divergences: number;
  /** Sum of acceptances. */
  readonly accepted: number;
}

function moveOn(motion: Motion, chains: readonly Chain[], draws: number): Round {
  const visited: Float64Array[][] = chains.map(() => []);
  let divergences = 0;
  let accepted = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    for (const [index, chain] of chains.entries()) {
      const moved = moveChain(motion, chain);
      accepted += moved.accepted;
      if (moved.diverged) divergences += 1;
      visited[index]?.push(chain.position);
    }
  }
  return { visited, divergences, accepted };
}

function startChain(density: Coordinates, seed: number): Chain {
  const random = new NormalStream(seed);
  const { dimension } = density;
  const start = Float64Array.from({ length: dimension }, () => START_SPREAD * random.normal());
  const position = new Float64Array(dimension);
  density.fromTheta(start, position);
  const gradient = new Float64Array(dimension);
  return { random, position, gradient, value: density.evaluate(position, gradient) };
}

/** Step size and covariance. */
function warmUp(
  motion: Motion,
  chains: readonly Chain[],
  { length, aim }: { length: number; aim: number },
): void {
  const ends = WINDOW_ENDS.map((share) => Math.floor(share * length));
  let tuner = new StepTuner(motion.step, aim);
  let kept: Float64Array[] = [];
  for (let iteration = 0; iteration < length; iteration += 1) {
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
    tuner = new StepTuner(tuner.average, aim);
    kept = [];
  }
  motion.step = tuner.average;
}

/** Dual averaging of ln ε towards an acceptance. */
class StepTuner {
  step: number;
  average: number;
  readonly #centre: number;
  readonly #aim: number;
  #gap = 0;
  #count = 0;
  #logAverage = 0;

  constructor(start: number, aim: number) {
    this.#aim = aim;
    this.step = start;
    this.average = start;
    this.#centre = log(2 * start);
  }

  learn(accepted: number): void {
    this.#count += 1;
    const share = 1 / (this.#count + 10);
    this.#gap += share * (this.#aim - accepted - this.#gap);
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
  const kept = count / (count + dimension);
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
