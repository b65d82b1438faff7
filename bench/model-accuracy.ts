/** Parts `accuracy`, `roi` and `recovery` of the model bench. */

import { formatPercent } from "../schemas/number-text.ts";
import type { ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/dataset.ts";
import { createEngine, startParameters } from "../model/engine.ts";
import { evaluateLockedTest } from "../model/locked-test.ts";
import { createProblem } from "../model/problem.ts";
import { searchConfiguration } from "../model/search.ts";
import { solveSymmetric } from "../model/linear-solve.ts";
import { trainModel } from "../model/train.ts";
import { estimateIntervals } from "../model/uncertainty.ts";
import { governedSession } from "./model-session.ts";
import type { BenchSet } from "./model-sets.ts";
import { benchSets, randomSets } from "./model-sets.ts";

/** Search alone, without agents and guard: rounds of 200 evaluations, each from the best so far. */
const ROUNDS = 10;
const EVALUATIONS_PER_ROUND = 200;

function searchAlone(set: BenchSet): ModelConfig {
  let { config } = set;
  for (let round = 0; round < ROUNDS; round += 1) {
    config = searchConfiguration(set.dataset, config, {
      seed: 7 + round,
      evaluations: EVALUATIONS_PER_ROUND,
    }).config;
  }
  return config;
}

interface Score {
  /** Mean wMAPE over folds. */
  readonly validation: number;
  readonly locked: number;
}

type Predict = (rows: { trainEnd: number; end: number }) => number[];

/** Mean fold wMAPE and locked wMAPE of any predictor. */
function scoreOf(dataset: Dataset, config: ModelConfig, predict: Predict): Score {
  const { windows } = createProblem(dataset, config);
  const wmape = (trainEnd: number, end: number): number => {
    const predicted = predict({ trainEnd, end });
    let errors = 0;
    let size = 0;
    for (let row = trainEnd; row < end; row += 1) {
      errors += Math.abs((dataset.target[row] ?? 0) - (predicted[row - trainEnd] ?? 0));
      size += Math.abs(dataset.target[row] ?? 0);
    }
    return errors / size;
  };
  const folds = windows.folds.map((fold) => wmape(fold.trainEnd, fold.validationEnd));
  return {
    validation: folds.reduce((a, b) => a + b, 0) / folds.length,
    locked: wmape(windows.trainingEnd, windows.periods),
  };
}

function meanPredictor({ target }: Dataset): Predict {
  return ({ trainEnd, end }) => {
    const mean = target.subarray(0, trainEnd).reduce((a, b) => a + b, 0) / trainEnd;
    return Array.from({ length: end - trainEnd }, () => mean);
  };
}

function seasonalNaive({ target }: Dataset): Predict {
  return ({ trainEnd, end }) =>
    Array.from({ length: end - trainEnd }, (_, at) => {
      const row = trainEnd + at - 52;
      return target[row >= 0 ? row : trainEnd - 1] ?? 0;
    });
}

/** Least squares on trend, season, controls and raw spend: no carryover, no saturation, no sign. */
function plainRegression(dataset: Dataset, config: ModelConfig): Predict {
  const { design } = createProblem(dataset, config);
  const columns = [...design.columns, ...dataset.channels.map((channel) => channel.exposure)];
  return ({ trainEnd, end }) => {
    const scaled = columns.map((column) => {
      const top = column
        .subarray(0, trainEnd)
        .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return column.map((value) => value / (top || 1));
    });
    const product = (a: Float64Array, b: Float64Array): number => {
      let sum = 0;
      for (let row = 0; row < trainEnd; row += 1) sum += (a[row] ?? 0) * (b[row] ?? 0);
      return sum;
    };
    const beta = solveSymmetric(
      scaled.map((a) => scaled.map((b) => product(a, b))),
      scaled.map((a) => product(a, dataset.target)),
    );
    return Array.from({ length: end - trainEnd }, (_, at) =>
      scaled.reduce(
        (sum, column, index) => sum + (beta[index] ?? 0) * (column[trainEnd + at] ?? 0),
        0,
      ),
    );
  };
}

function modelScore(dataset: Dataset, config: ModelConfig): Score {
  return {
    validation: trainModel(dataset, config, { seed: 7 }).loss,
    locked: evaluateLockedTest(dataset, config).metrics.wmape ?? Number.NaN,
  };
}

const pair = (score: Score): string =>
  `${formatPercent(score.validation, 1)} / ${formatPercent(score.locked, 1)}`;

/** Validation and locked errors per set against baselines. */
export async function accuracyPart(names: readonly string[] | undefined): Promise<unknown> {
  console.log("\n### Forecast error: mean fold wMAPE / locked wMAPE\n");
  console.log(
    "| set | mean | seasonal naive | regression, no adstock | defaults | search alone, 10 × 200 | after a session | R² in sample | session |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  const rows: unknown[] = [];
  for (const set of benchSets(3)) {
    if (names !== undefined && !names.includes(set.name)) continue;
    const row = await accuracyRow(set);
    rows.push(row);
    const errors = [row.mean, row.seasonal_naive, row.regression];
    const ours = [row.defaults, row.search, row.session];
    const cells = [...errors, ...ours].map(pair);
    console.log(
      `| ${row.set} | ${cells.join(" | ")} | ${row.r2_in_sample?.toFixed(3) ?? "–"} | ${row.iterations} iterations, ${row.evaluations} evaluations, ${(row.milliseconds / 1000).toFixed(1)} s, ${row.decision} |`,
    );
  }
  return rows;
}

async function accuracyRow(set: BenchSet) {
  const { dataset, config } = set;
  const tuned = await governedSession(set);
  const before = trainModel(dataset, config, { seed: 7 });
  const after = trainModel(dataset, tuned.config, { seed: 7 });
  return {
    set: set.name,
    rows: dataset.target.length,
    channels: config.channels.length,
    mean: scoreOf(dataset, config, meanPredictor(dataset)),
    seasonal_naive: scoreOf(dataset, config, seasonalNaive(dataset)),
    regression: scoreOf(dataset, config, plainRegression(dataset, config)),
    defaults: modelScore(dataset, config),
    search: modelScore(dataset, searchAlone(set)),
    session: modelScore(dataset, tuned.config),
    mape_before: before.validation.mean.mape,
    mape_after: after.validation.mean.mape,
    r2_in_sample: after.in_sample.r2,
    decision: tuned.decision,
    iterations: tuned.iterations,
    evaluations: tuned.evaluations,
    milliseconds: tuned.milliseconds,
  };
}

type Rois = Readonly<Record<string, number>>;

/** Mean over channels of |ROI − truth| / truth. */
function roiError(rois: Rois, truth: Rois): number {
  const errors = Object.entries(truth).map(
    ([name, true_]) => Math.abs((rois[name] ?? 0) - true_) / true_,
  );
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}

function roisOf(dataset: Dataset, config: ModelConfig): Rois {
  const { channels } = trainModel(dataset, config, { seed: 7 });
  return Object.fromEntries(channels.map((channel) => [channel.name, channel.roi ?? 0]));
}

/** ROI error where truth is known, beside constants and beside tuning on validation alone. */
export async function roiPart(names: readonly string[] | undefined): Promise<unknown> {
  console.log("\n### ROI error: mean |ROI − truth| / truth\n");
  console.log(
    "| set | ROI 1.0 | ROI 1.2 | ROI 1.83 | defaults | validation alone | search | session | interval median | inside 90 % |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  const rows: unknown[] = [];
  for (const set of [...benchSets(10), ...randomSets(10)]) {
    const { truth } = set;
    if (truth === null || !(names === undefined || names.includes(set.name))) continue;
    const row = await roiRow(set, truth);
    rows.push({ set: set.name, ...row });
    const { inside, ...errors } = row;
    const cells = [...Object.values(errors), inside].map((value) => formatPercent(value, 1));
    console.log(`| ${set.name} | ${cells.join(" | ")} |`);
  }
  return rows;
}

async function roiRow(set: BenchSet, truth: Rois) {
  const { dataset, config } = set;
  const constant = (roi: number): number =>
    roiError(Object.fromEntries(Object.keys(truth).map((name) => [name, roi])), truth);
  const bare = searchConfiguration(dataset, config, {
    seed: 7,
    evaluations: ROUNDS * EVALUATIONS_PER_ROUND,
    prior_weight: 0,
    in_sample_weight: 0,
  }).config;
  const tuned = searchAlone(set);
  const session = await governedSession(set);
  const intervals = estimateIntervals(dataset, tuned, { seed: 7 }).channels;
  const medians = Object.fromEntries(
    Object.entries(intervals).map(([name, { roi }]) => [name, roi?.median ?? 0]),
  );
  const inside = Object.entries(truth).filter(([name, true_]) => {
    const roi = intervals[name]?.roi;
    return roi !== undefined && roi !== null && true_ >= roi.low && true_ <= roi.high;
  });
  return {
    constant_1: constant(1),
    constant_1_2: constant(1.2),
    constant_1_83: constant(1.83),
    defaults: roiError(roisOf(dataset, config), truth),
    validation_alone: roiError(roisOf(dataset, bare), truth),
    search: roiError(roisOf(dataset, tuned), truth),
    session: roiError(roisOf(dataset, session.config), truth),
    interval_median: roiError(medians, truth),
    inside: inside.length / Object.keys(truth).length,
  };
}

/** PyMC-Marketing's example: true decay 0.4 and 0.2. */
export function recoveryPart(): unknown {
  const set = benchSets(0).find((one) => one.name === "pymc-example");
  if (set === undefined) return null;
  const found = searchConfiguration(set.dataset, set.config, { seed: 7, evaluations: 2000 });
  const trained = trainModel(set.dataset, found.config, { seed: 7 });
  const { channels } = estimateIntervals(set.dataset, found.config, { seed: 7 });
  const engine = createEngine(set.dataset, set.config);
  const row = {
    decay_x1: found.config.hyperparameters["x1"]?.decay,
    decay_x2: found.config.hyperparameters["x2"]?.decay,
    interval_x1: channels["x1"]?.decay,
    interval_x2: channels["x2"]?.decay,
    r2_in_sample: trained.in_sample.r2,
    mape_in_sample: trained.in_sample.mape,
    loss_at_defaults: engine.evaluate(startParameters(engine)).loss,
    loss: trained.loss,
  };
  console.log("\n### Recovery of PyMC-Marketing's example (truth: decay 0.4 and 0.2)\n");
  console.log(
    `decay ${row.decay_x1} and ${row.decay_x2}; R² in sample ${row.r2_in_sample?.toFixed(4)}, MAPE ${formatPercent(row.mape_in_sample ?? 0, 1)}`,
  );
  return row;
}
