/**
 * Global search in the unit cube: success-history adaptive differential evolution with linear
 * population reduction (L-SHADE; Tanabe & Fukunaga 2014), after Storn & Price (1997).
 *
 *   trial = x_i + F (x_pbest − x_i) + F (x_a − x_b), binomial crossover at rate CR;
 * F and CR are drawn around a memory of values that worked. A coordinate that leaves the cube is
 * put half way between its parent and the edge.
 *
 * Chosen by measuring (docs/MODEL.md): against classic DE and CMA-ES with the same evaluations.
 *
 * 1. The first point is the start, so the result is never worse than it.
 * 2. Exactly `evaluations` calls, whatever they return.
 * 3. Same seed, same calls in the same order.
 */

import { clamp } from "../numbers.ts";
import type { Random } from "../random.ts";

const MEMORY = 6;
const BEST_SHARE = 0.11;
const POPULATION_MIN = 4;
const POPULATION_PER_DIMENSION = 6;
const GENERATIONS_MIN = 12;

export interface CubePoint {
  readonly point: Float64Array;
  readonly loss: number;
}

export interface GlobalSearch {
  readonly evaluate: (point: Float64Array) => number;
  readonly start: Float64Array;
  readonly evaluations: number;
  readonly random: Random;
}

interface Memory {
  readonly scale: number[];
  readonly crossover: number[];
  next: number;
}

interface Success {
  readonly scale: number;
  readonly crossover: number;
  readonly gain: number;
}

/** Runs the search; returns the last population, best first. */
export function runDifferentialEvolution(search: GlobalSearch): CubePoint[] {
  const { evaluations } = search;
  const dimension = search.start.length;
  const size = clamp(
    Math.floor(evaluations / GENERATIONS_MIN),
    Math.min(POPULATION_MIN * 5, evaluations),
    POPULATION_PER_DIMENSION * Math.max(dimension, POPULATION_MIN),
  );
  let population = createPopulation(search, size);
  let used = population.length;
  const archive: Float64Array[] = [];
  const memory: Memory = {
    scale: Array.from({ length: MEMORY }, () => 0.5),
    crossover: Array.from({ length: MEMORY }, () => 0.5),
    next: 0,
  };
  while (used < evaluations && population.length >= POPULATION_MIN) {
    const budget = evaluations - used;
    const generation = stepGeneration(search, population, { archive, memory, budget });
    used += Math.min(population.length, budget);
    updateMemory(memory, generation.successes);
    while (archive.length > population.length) {
      archive.splice(search.random.below(archive.length), 1);
    }
    const target = Math.round(size + (POPULATION_MIN - size) * (used / evaluations));
    population = selectBest(generation.population, Math.max(POPULATION_MIN, target));
  }
  return selectBest(population, population.length);
}

function selectBest(population: readonly CubePoint[], count: number): CubePoint[] {
  return [...population].sort((a, b) => a.loss - b.loss).slice(0, count);
}

/** The start and uniform points. */
function createPopulation(search: GlobalSearch, size: number): CubePoint[] {
  return Array.from({ length: size }, (_, index) => {
    const point =
      index === 0 ? search.start.slice() : search.start.map(() => search.random.uniform());
    return { point, loss: search.evaluate(point) };
  });
}

function stepGeneration(
  search: GlobalSearch,
  population: readonly CubePoint[],
  state: { archive: Float64Array[]; memory: Memory; budget: number },
): { population: CubePoint[]; successes: Success[] } {
  const ranked = selectBest(population, population.length);
  const successes: Success[] = [];
  const next = population.map((parent, index) => {
    if (index >= state.budget) return parent;
    const { scale, crossover } = drawControls(state.memory, search.random);
    const point = proposeTrial(search, population, {
      index,
      ranked,
      scale,
      crossover,
      archive: state.archive,
    });
    const loss = search.evaluate(point);
    if (loss > parent.loss) return parent;
    if (loss < parent.loss) {
      state.archive.push(parent.point);
      successes.push({ scale, crossover, gain: parent.loss - loss });
    }
    return { point, loss };
  });
  return { population: next, successes };
}

/** F from a Cauchy, CR from a normal distribution around a remembered pair. */
function drawControls(memory: Memory, random: Random): { scale: number; crossover: number } {
  const slot = random.below(MEMORY);
  const centre = memory.scale[slot] ?? 0.5;
  let scale = 0;
  while (scale <= 0) scale = centre + 0.1 * Math.tan(Math.PI * (random.uniform() - 0.5));
  const crossover = clamp((memory.crossover[slot] ?? 0.5) + 0.1 * random.normal(), 0, 1);
  return { scale: Math.min(scale, 1), crossover };
}

interface TrialContext {
  readonly index: number;
  readonly ranked: readonly CubePoint[];
  readonly scale: number;
  readonly crossover: number;
  readonly archive: readonly Float64Array[];
}

function proposeTrial(
  { random }: GlobalSearch,
  population: readonly CubePoint[],
  { index, ranked, scale, crossover, archive }: TrialContext,
): Float64Array {
  const size = population.length;
  const parent = population[index]?.point ?? new Float64Array(0);
  const leaders = Math.max(2, Math.round(BEST_SHARE * size));
  const leader = ranked[random.below(leaders)]?.point ?? parent;
  let other = random.below(size - 1);
  if (other >= index) other += 1;
  const plus = population[other]?.point ?? parent;
  const drawn = random.below(size + archive.length);
  const minus = (drawn < size ? population[drawn]?.point : archive[drawn - size]) ?? parent;
  const sure = random.below(parent.length);
  return parent.map((value, at) => {
    if (at !== sure && random.uniform() >= crossover) return value;
    const moved =
      value +
      scale * ((leader[at] ?? value) - value) +
      scale * ((plus[at] ?? value) - (minus[at] ?? value));
    if (moved < 0) return value / 2;
    return moved > 1 ? (1 + value) / 2 : moved;
  });
}

/** Lehmer mean of what worked, weighted by gain, into the next memory slot. */
function updateMemory(memory: Memory, successes: readonly Success[]): void {
  if (successes.length === 0) return;
  const lehmer = (of: (one: Success) => number): number => {
    let squares = 0;
    let total = 0;
    for (const one of successes) {
      squares += one.gain * of(one) ** 2;
      total += one.gain * of(one);
    }
    return total > 0 ? squares / total : 0;
  };
  memory.scale[memory.next] = lehmer((one) => one.scale);
  memory.crossover[memory.next] = lehmer((one) => one.crossover);
  memory.next = (memory.next + 1) % MEMORY;
}
