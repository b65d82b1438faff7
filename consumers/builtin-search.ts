/**
 * Search for better tunable numbers of one configuration, inside given ranges.
 *
 * A (1+1) evolution strategy over a few coordinates at a time (Rechenberg's success rule for the
 * step), from the configuration in force.
 *
 * I1. Deterministic by seed; at most `evaluations` evaluations.
 * I2. Every value looked at is already rounded: what is proposed is what was measured.
 */
import type { TunableBound } from "../guard/tunables.ts";
import { seeded } from "../router/random.ts";

export interface SearchSpace {
  /** Paths that may move, in parameter order. */
  readonly paths: readonly string[];
  readonly bounds: ReadonlyMap<string, TunableBound>;
}

export interface SearchResult {
  readonly values: ReadonlyMap<string, number>;
  readonly loss: number;
  readonly startLoss: number;
  readonly evaluations: number;
}

export interface SearchJob {
  readonly space: SearchSpace;
  readonly start: ReadonlyMap<string, number>;
  readonly evaluations: number;
  readonly seed: number;
  readonly lossOf: (values: ReadonlyMap<string, number>) => number;
}

/** Significant digits of a proposed value. */
const DIGITS = 4;

/** `value` to four significant digits, inside its range. */
export function roundedWithin(value: number, bound: Pick<TunableBound, "min" | "max" | "integer">) {
  const rounded = bound.integer ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(bound.max, Math.max(bound.min, rounded));
}

/** The best values found; the start's when nothing better was. */
export function searchValues(job: SearchJob): SearchResult {
  const { space, start, lossOf } = job;
  const random = seeded(job.seed);
  const startLoss = lossOf(start);
  let best = { values: start, loss: startLoss };
  let step = 0.2;
  let evaluations = 1;
  while (evaluations < job.evaluations && space.paths.length > 0) {
    const values = new Map(best.values);
    for (const path of picked(space.paths, random)) {
      const bound = space.bounds.get(path);
      if (bound === undefined) continue;
      values.set(path, moved(values.get(path) ?? bound.min, bound, step * normal(random)));
    }
    const loss = lossOf(values);
    evaluations += 1;
    const better = loss < best.loss;
    step = Math.min(0.5, Math.max(0.005, step * (better ? 1.5 : 0.95)));
    if (better) best = { values, loss };
  }
  return { ...best, startLoss, evaluations };
}

function picked(paths: readonly string[], random: () => number): readonly string[] {
  const count = 1 + Math.floor(random() * Math.min(3, paths.length));
  return Array.from({ length: count }, () => paths[Math.floor(random() * paths.length)] ?? "");
}

function moved(value: number, bound: TunableBound, share: number): number {
  const { min, max } = bound;
  if (min > 0 && max / min > 100) {
    return roundedWithin(value * Math.exp(share * Math.log(max / min)), bound);
  }
  return roundedWithin(value + share * (max - min), bound);
}

function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
