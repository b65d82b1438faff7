/**
 * An ensemble of configurations that explain the training data about as well as the best one.
 *
 * Differential evolution Markov chains (ter Braak 2006): each chain moves by the difference of two
 * others and accepts by Metropolis' rule on the likelihood (`likelihood.ts`) with a flat prior over
 * the allowed ranges. So configurations appear as often as they are likely: "near-best" without an
 * arbitrary cut-off.
 *
 * 1. Members lie inside the ranges (enlarged to hold the configuration's own parameters).
 * 2. The ridge penalty stays as configured: it is chosen by validation, not by in-sample fit.
 * 3. Same seed, same members.
 */

import type { SearchBounds } from "./bounds.ts";
import { includePoint, fromUnit, resolveBox, toUnit } from "./bounds.ts";
import type { ModelConfig } from "../config.ts";
import type { Likelihood } from "../fit/likelihood.ts";
import { toParameterVector } from "../fit/problem.ts";
import { Random } from "../random.ts";

/** Spread of the chains' starts around the configuration, in unit-cube lengths. */
const START_SPREAD = 0.15;
const JITTER = 1e-3;
/** A full-length jump every so many generations lets chains change modes. */
const LONG_JUMP_EVERY = 10;

export interface EnsembleOptions {
  readonly seed: number;
  readonly members: number;
  readonly bounds?: SearchBounds;
  /** Generations thrown away; default 300. */
  readonly warmup?: number;
  /** Generations between members taken from a chain; default 10. */
  readonly thin?: number;
}

/** Parameter vectors drawn in proportion to their likelihood. */
export function sampleEnsemble(
  likelihoods: readonly Likelihood[],
  config: ModelConfig,
  options: EnsembleOptions,
): Float64Array[] {
  const random = new Random(options.seed);
  const start = toParameterVector(config);
  const box = includePoint(resolveBox(config, options.bounds), start);
  const unit = toUnit(box, start);
  const free = [...unit.keys()].filter(
    (index) => index < unit.length - 1 && (box.low[index] ?? 0) < (box.high[index] ?? 0),
  );
  const at = (point: Float64Array): Float64Array => {
    const parameters = fromUnit(box, point);
    parameters[unit.length - 1] = start[unit.length - 1] ?? 0;
    return parameters;
  };
  const chains = startChains({ unit, free, random }, (point) =>
    logLikelihood(likelihoods, at(point)),
  );
  const { warmup = 300, thin = 10 } = options;
  const members: Float64Array[] = [];
  for (let generation = 0; members.length < options.members; generation += 1) {
    for (let chain = 0; chain < chains.length; chain += 1) {
      stepChain(chains, chain, {
        free,
        random,
        long: generation % LONG_JUMP_EVERY === 0,
        evaluate: (point) => logLikelihood(likelihoods, at(point)),
      });
    }
    if (generation < warmup || (generation - warmup) % thin !== 0) continue;
    for (const chain of chains) {
      if (members.length < options.members) members.push(at(chain.point));
    }
  }
  return members;
}

function logLikelihood(likelihoods: readonly Likelihood[], parameters: Float64Array): number {
  return likelihoods.reduce((sum, one) => sum + one.evaluate(parameters), 0);
}

interface Chain {
  point: Float64Array;
  value: number;
}

interface Space {
  readonly unit: Float64Array;
  readonly free: readonly number[];
  readonly random: Random;
}

function startChains(space: Space, evaluate: (point: Float64Array) => number): Chain[] {
  const count = Math.max(8, space.free.length + 4);
  return Array.from({ length: count }, () => {
    const point = space.unit.slice();
    for (const index of space.free) {
      point[index] = foldIntoUnitInterval(
        (point[index] ?? 0) + START_SPREAD * space.random.normal(),
      );
    }
    return { point, value: evaluate(point) };
  });
}

interface Move {
  readonly free: readonly number[];
  readonly random: Random;
  readonly long: boolean;
  readonly evaluate: (point: Float64Array) => number;
}

/** One Metropolis step of one chain. */
function stepChain(chains: readonly Chain[], index: number, move: Move): void {
  const chain = chains[index];
  if (chain === undefined || move.free.length === 0) return;
  const { random } = move;
  const plus = chains[drawOtherIndex(index, chains.length, random)]?.point ?? chain.point;
  const minus = chains[drawOtherIndex(index, chains.length, random)]?.point ?? chain.point;
  const length = move.long ? 1 : 2.38 / Math.sqrt(2 * move.free.length);
  const point = chain.point.slice();
  for (const at of move.free) {
    const step = length * ((plus[at] ?? 0) - (minus[at] ?? 0)) + JITTER * random.normal();
    point[at] = foldIntoUnitInterval((point[at] ?? 0) + step);
  }
  const value = move.evaluate(point);
  if (Math.log(random.uniform()) < value - chain.value) {
    chain.point = point;
    chain.value = value;
  }
}

function drawOtherIndex(index: number, count: number, random: Random): number {
  const drawn = random.below(count - 1);
  return drawn >= index ? drawn + 1 : drawn;
}

/** Back into [0, 1] by mirrors at the edges, which keeps proposals symmetric. */
function foldIntoUnitInterval(value: number): number {
  const folded = Math.abs(value) % 2;
  return folded > 1 ? 2 - folded : folded;
}
