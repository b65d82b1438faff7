/**
 * Several good basins instead of one: what is done with a budget of evaluations.
 *
 *   1. a share of the budget for differential evolution, which finds where to look;
 *   2. descents from the best of its points that lie apart, raced: all get two steps, the better
 *      half twice as many, until one is left and runs to its end (successive halving: Jamieson &
 *      Talwalkar 2016);
 *   3. with what is left, jumps from the best minimum, each followed by a descent (basin hopping:
 *      Wales & Doye 1997): small ones, whose size follows their success, one channel drawn anew,
 *      and channels taken over from another minimum. A descent that is not nearly as good as the
 *      best after some steps is given up.
 *
 * Shares and sizes were chosen over fourteen data sets at 500, 2,000 and 10,000 evaluations
 * (docs/MODEL.md), not for one: between the better settings the differences are noise.
 *
 * 1. Never worse than the start. 2. Costs at most `budget` evaluations.
 */

import type { CubeObjective } from "./descent.ts";
import { Descent, countStepEvaluations } from "./descent.ts";
import type { CubePoint } from "./differential-evolution.ts";
import { runDifferentialEvolution } from "./differential-evolution.ts";
import { clamp } from "../numbers.ts";
import type { Random } from "../random.ts";

const EVOLUTION_SHARE = 0.4;
const EVOLUTION_MIN = 20;
const RACERS_MAX = 3;
/** Steps of a descent: in the budget per racer, in the race's first stage, in a jump's trial. */
const RACER_STEPS = 10;
const STAGE_STEPS = 2;
const TRIAL_STEPS = 2;
/** Root mean square distance in the cube from which points lie apart, and below which minima are one. */
const APART = 0.1;
const SAME = 0.02;
const MINIMA_MAX = 12;
const STORED_MAX = 400;
/** A jump's descent that is not within this share of the best after its trial is given up. */
const HOPELESS = 0.003;
const JUMP_FIRST = 0.03;
const JUMP_RANGE = [0.0003, 0.1] as const;
const JUMP_GROWTH = 2;
const JUMP_SHRINK = 0.6;

export interface BasinSearch extends CubeObjective {
  readonly start: Float64Array;
  readonly budget: number;
  readonly random: Random;
  /** Coordinates that belong together (the parameters of one channel). */
  readonly groups: readonly (readonly number[])[];
}

/** Runs the search; returns the best point. */
export function searchBasins(search: BasinSearch): CubePoint {
  let left = search.budget;
  const counted: CubeObjective = {
    evaluate: (point) => {
      left -= 1;
      return search.evaluate(point);
    },
    parts: search.parts,
  };
  const spend = (descent: Descent, costMax: number): number => {
    const before = left;
    const cost = descent.run(Math.min(costMax, left));
    left = before - cost;
    return cost;
  };
  const stepCost = countStepEvaluations(search.start.length);
  const explored = searchGlobally({ ...search, ...counted });
  const minima = new Minima();
  let racers = selectDistantPoints(
    explored,
    Math.floor(search.budget / (RACER_STEPS * stepCost)),
  ).map((point) => new Descent(counted, point));
  for (let stage = STAGE_STEPS * stepCost; racers.length > 1; stage *= 2) {
    for (const racer of racers) spend(racer, stage);
    racers.sort((a, b) => a.best.loss - b.best.loss);
    for (const racer of racers) minima.add(racer.best);
    racers = racers.slice(0, racers.length >> 1);
  }
  for (const racer of racers) {
    spend(racer, left);
    minima.add(racer.best);
  }
  let size = JUMP_FIRST;
  for (let turn = 0; left > stepCost; turn += 1) {
    const kind = JUMPS[turn % JUMPS.length] ?? "small";
    const best = minima.best();
    const point = proposeJump(kind, { minima, size, search });
    const descent = new Descent(counted, { point, loss: counted.evaluate(point) });
    while (!descent.ended && spend(descent, TRIAL_STEPS * stepCost) > 0) {
      if (descent.best.loss > best.loss * (1 + HOPELESS)) break;
    }
    minima.add(descent.best);
    if (kind !== "small") continue;
    const factor = descent.best.loss < best.loss ? JUMP_GROWTH : JUMP_SHRINK;
    size = clamp(size * factor, ...JUMP_RANGE);
  }
  return minima.best();
}

/** The first phase; the best points it saw, best first. */
function searchGlobally(search: BasinSearch): CubePoint[] {
  let seen: CubePoint[] = [];
  const byLoss = (): CubePoint[] => seen.sort((a, b) => a.loss - b.loss);
  const evaluate = (point: Float64Array): number => {
    const loss = search.evaluate(point);
    seen.push({ point: point.slice(), loss });
    if (seen.length >= 2 * STORED_MAX) seen = byLoss().slice(0, STORED_MAX);
    return loss;
  };
  const evaluations = Math.max(
    Math.min(EVOLUTION_MIN, search.budget),
    Math.floor(search.budget * EVOLUTION_SHARE),
  );
  runDifferentialEvolution({ evaluate, start: search.start, evaluations, random: search.random });
  return byLoss();
}

/** Points from best to worst that lie apart from better ones. */
function selectDistantPoints(points: readonly CubePoint[], countMax: number): CubePoint[] {
  const count = clamp(countMax, 1, RACERS_MAX);
  const chosen: CubePoint[] = [];
  for (const one of points) {
    if (chosen.length >= count) break;
    if (chosen.every((other) => computeDistance(one.point, other.point) > APART)) chosen.push(one);
  }
  return chosen;
}

/** Root mean square difference of coordinates. */
function computeDistance(left: Float64Array, right: Float64Array): number {
  let squares = 0;
  for (const [index, value] of left.entries()) squares += (value - (right[index] ?? 0)) ** 2;
  return Math.sqrt(squares / left.length);
}

/** The best local minima found, best first. */
class Minima {
  #found: CubePoint[] = [];

  add(one: CubePoint): void {
    const near = this.#found.findIndex((other) => computeDistance(other.point, one.point) < SAME);
    if (near < 0) this.#found.push(one);
    else if (one.loss < (this.#found[near]?.loss ?? Infinity)) this.#found[near] = one;
    this.#found.sort((a, b) => a.loss - b.loss);
    this.#found = this.#found.slice(0, MINIMA_MAX);
  }

  best(): CubePoint {
    return this.#found[0] ?? { point: new Float64Array(0), loss: Infinity };
  }

  /** Any but the best; the best when there is no other. */
  other(random: Random): CubePoint {
    const others = this.#found.length - 1;
    return this.#found[others > 0 ? 1 + random.below(others) : 0] ?? this.best();
  }
}

type Jump = "small" | "redraw" | "mix";
const JUMPS: readonly Jump[] = ["small", "redraw", "small", "mix"];

interface JumpContext {
  readonly minima: Minima;
  readonly size: number;
  readonly search: BasinSearch;
}

function proposeJump(kind: Jump, { minima, size, search }: JumpContext): Float64Array {
  const { random, groups } = search;
  const point = minima.best().point.slice();
  if (kind === "small") {
    return point.map((value) => clamp(value + size * random.normal(), 0, 1));
  }
  if (kind === "redraw") {
    for (const index of groups[random.below(groups.length)] ?? []) point[index] = random.uniform();
    return point;
  }
  const other = minima.other(random).point;
  for (const group of groups) {
    if (random.uniform() < 0.5) continue;
    for (const index of group) point[index] = other[index] ?? 0;
  }
  return point;
}
