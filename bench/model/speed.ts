/** Parts `speed` and `scaling` of the model bench. */

import { spawnSync } from "node:child_process";
import { fromUnit, resolveBox } from "../../model/search/bounds.ts";
import type { Evaluation } from "../../model/fit/engine.ts";
import { createEngine, createStartParameters } from "../../model/fit/engine.ts";
import { computeLossGradient } from "../../model/fit/gradient.ts";
import { createObjective } from "../../model/fit/objective.ts";
import { Random } from "../../model/random.ts";
import type { BenchSet } from "./sets.ts";
import { benchSets, wideSet } from "./sets.ts";

function randomPoints(set: BenchSet, count: number): Float64Array[] {
  const box = resolveBox(set.config);
  const random = new Random(5);
  return Array.from({ length: count }, () =>
    fromUnit(
      box,
      box.low.map(() => random.uniform()),
    ),
  );
}

/** Median of the time of one call, microseconds. */
function medianMicroseconds(calls: number, call: (index: number) => void): number {
  const times = Array.from({ length: calls }, (_, index) => {
    const started = performance.now();
    call(index);
    return 1000 * (performance.now() - started);
  });
  return times.sort((a, b) => a - b)[calls >> 1] ?? 0;
}

interface Timing {
  readonly all: number;
  readonly one: number;
  readonly gradient: number;
}

function timeEngine(set: BenchSet, calls: number): Timing {
  const engine = createEngine(set.dataset, set.config);
  const points = randomPoints(set, calls);
  const at = (index: number): Float64Array =>
    points[index % calls] ?? createStartParameters(engine);
  for (let index = 0; index < calls; index += 1) engine.evaluate(at(index));
  const all = medianMicroseconds(calls, (index) => void engine.evaluate(at(index)));
  const moving = createStartParameters(engine);
  const one = medianMicroseconds(calls, (index) => {
    const channel = index % set.config.channels.length;
    moving[3 * channel] = at(index)[3 * channel] ?? 0;
    engine.evaluate(moving);
  });
  const objective = createObjective(set.dataset, set.config);
  for (let index = 0; index < calls / 4; index += 1) computeLossGradient(objective, at(index), 1);
  const gradient = medianMicroseconds(
    calls >> 2,
    (index) => void computeLossGradient(objective, at(index), 1),
  );
  return { all, one, gradient };
}

/**
 * Microseconds per evaluation on Robyn's weekly set, beside the same in numpy: on both sides the fits
 * and errors of all folds and the final fit with its error in sample.
 */
export function speedPart(python: string): unknown {
  const set = benchSets(1).find((one) => one.name === "robyn") ?? benchSets(1)[0];
  if (set === undefined) return null;
  const engine = createEngine(set.dataset, set.config);
  const points = randomPoints(set, 2000);
  const timing = timeEngine(set, 4000);
  const started = performance.now();
  for (let round = 0; round < 5; round += 1) for (const point of points) engine.evaluate(point);
  const tenThousand = performance.now() - started;
  const numpy = runNumpy(python, engine.problem, points.slice(0, 400));
  const difference =
    numpy === null ? null : largestDifference(numpy, points, (point) => engine.evaluate(point));
  console.log(
    `\n### Speed, ${set.name}: ${set.dataset.target.length} rows, ${set.config.channels.length} channels, all folds and the final fit, one core\n`,
  );
  console.log("| what | median µs | engine is faster by |\n|---|---|---|");
  console.log(`| evaluation, every parameter changed | ${timing.all.toFixed(1)} | |`);
  console.log(`| evaluation, one channel changed | ${timing.one.toFixed(1)} | |`);
  console.log(`| evaluation with gradient | ${timing.gradient.toFixed(1)} | |`);
  if (numpy !== null) {
    const rows = [
      ["the engine's algorithm line by line", numpy.literal_us],
      ["vectorised, as first written", numpy.plain_us],
      ["vectorised and tuned", numpy.tuned_us],
    ] as const;
    for (const [name, time] of rows) {
      console.log(`| numpy, ${name} | ${time.toFixed(0)} | ${(time / timing.all).toFixed(1)} × |`);
    }
    console.log(`\nLargest difference of the errors: ${difference}`);
  }
  console.log(`\n10,000 evaluations: ${(tenThousand / 1000).toFixed(2)} s`);
  return {
    set: set.name,
    all_us: timing.all,
    one_channel_us: timing.one,
    gradient_us: timing.gradient,
    ten_thousand_ms: tenThousand,
    numpy_literal_us: numpy?.literal_us ?? null,
    numpy_plain_us: numpy?.plain_us ?? null,
    numpy_tuned_us: numpy?.tuned_us ?? null,
    numpy_version: numpy?.numpy ?? null,
    largest_difference: difference,
  };
}

function largestDifference(
  numpy: NumpyAnswer,
  points: readonly Float64Array[],
  evaluate: (point: Float64Array) => Evaluation,
): number {
  let largest = 0;
  for (const pairs of [numpy.literal, numpy.plain, numpy.tuned]) {
    for (const [at, [loss, inSample]] of pairs.entries()) {
      const own = evaluate(points[at] ?? new Float64Array(0));
      largest = Math.max(largest, Math.abs(loss - own.loss), Math.abs(inSample - own.inSample));
    }
  }
  return largest;
}

interface NumpyAnswer {
  /** Mean error of the folds and error in sample, per point. */
  readonly literal: readonly (readonly [number, number])[];
  readonly tuned: readonly (readonly [number, number])[];
  readonly plain: readonly (readonly [number, number])[];
  readonly literal_us: number;
  readonly tuned_us: number;
  readonly plain_us: number;
  readonly numpy: string;
}

function runNumpy(
  python: string,
  problem: ReturnType<typeof createEngine>["problem"],
  points: readonly Float64Array[],
): NumpyAnswer | null {
  const input = {
    problem: {
      target: [...problem.scaledTarget],
      design: problem.design.columns.map((column) => [...column]),
      exposures: problem.exposures.map((column) => [...column]),
      folds: problem.windows.folds.map((fold) => [fold.trainEnd, fold.validationEnd]),
      scale_ends: problem.settings.scaleEnds,
      lag_max: problem.settings.lagMax,
      normalized: problem.settings.normalized,
    },
    points: points.map((point) => [...point]),
  };
  const run = spawnSync(python, ["bench/peers/model_objective.py"], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  if (run.status !== 0) {
    console.error(
      `numpy was not timed: ${run.stderr?.split("\n").at(-2) ?? run.error?.message ?? ""}`,
    );
    return null;
  }
  return JSON.parse(run.stdout) as NumpyAnswer;
}

/** Time by rows and channels; linear means µs per cell stays level or falls. */
export function scalingPart(): unknown {
  console.log("\n### Scaling: µs per evaluation\n");
  console.log(
    "| channels × weeks | all changed | per channel and week, ns | one channel changed |\n|---|---|---|---|",
  );
  const shapes = [
    [5, 208],
    [10, 208],
    [20, 208],
    [40, 208],
    [40, 260],
    [40, 520],
    [10, 520],
    [20, 520],
  ] as const;
  return shapes.map(([channels, weeks]) => {
    const timing = timeEngine(wideSet(channels, weeks), 400);
    const perCell = (1000 * timing.all) / (channels * weeks);
    console.log(
      `| ${channels} × ${weeks} | ${timing.all.toFixed(0)} | ${perCell.toFixed(1)} | ${timing.one.toFixed(0)} |`,
    );
    return {
      channels,
      weeks,
      all_us: timing.all,
      one_channel_us: timing.one,
      ns_per_cell: perCell,
    };
  });
}
