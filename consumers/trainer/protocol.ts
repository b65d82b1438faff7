/**
 * What is said to an outside trainer and what it may answer (docs/TRAINERS.md).
 *
 * Owns: the form of requests and answers. Not: running the program (`subprocess-training.ts`).
 *
 * I1. A `train` request holds no locked row: what is not sent cannot be looked at.
 * I2. Answers are strict: unknown keys, missing figures, NaN and channels that are not the model's
 *     are refused.
 * I3. Every trainer is judged on the same folds; they are in the request.
 */
import { z } from "zod";
import type { ModelConfig } from "../../model/config.ts";
import { takeFirstPeriods, type Dataset } from "../../model/data/dataset.ts";
import { createProblem } from "../../model/fit/problem.ts";
import { MmmError } from "../../schemas/errors.ts";
import { escapeText } from "../../session/quote.ts";

export const TRAINER_PROTOCOL = "mmm-trainer/1";

const SHARE_OR_NULL = z.number().nonnegative().nullable();
const NUMBER_OR_NULL = z.number().nullable();

const METRICS = z.strictObject({
  mape: SHARE_OR_NULL,
  wmape: SHARE_OR_NULL,
  smape: z.number().nonnegative(),
  mase: SHARE_OR_NULL,
  r2: NUMBER_OR_NULL,
  adj_r2: NUMBER_OR_NULL,
  mae: z.number().nonnegative(),
  rmse: z.number().nonnegative(),
  nrmse: SHARE_OR_NULL,
});

const CHANNEL = z.strictObject({
  channel: z.string(),
  coefficient: z.number(),
  contribution_share: z.number(),
  effect_share: z.number(),
  spend_share: z.number(),
  roi: NUMBER_OR_NULL,
  roi_low: NUMBER_OR_NULL,
  roi_high: NUMBER_OR_NULL,
  mroi: NUMBER_OR_NULL,
});

const FINDING = z.strictObject({
  code: z.string().max(100),
  channel: z.string().nullable(),
  figure: NUMBER_OR_NULL,
  bound: z.string().max(200).nullable(),
  message: z.string().max(1000),
});

const TRAINED = z.strictObject({
  protocol: z.literal(TRAINER_PROTOCOL),
  /** Name and version of the trainer, for the record. */
  trainer: z.string().min(1).max(100),
  /** Mean over folds. */
  validation: METRICS,
  in_sample: METRICS,
  /** Mean over folds of the validation wMAPE. */
  loss: z.number().nonnegative(),
  channels: z.array(CHANNEL),
  baseline_share: NUMBER_OR_NULL,
  /** How well the fit has converged, in [0, 1]. */
  solver_score: z.number().min(0).max(1),
  roi_stability: z.number().min(0).max(1).nullable(),
  findings: z.array(FINDING).max(200).default([]),
});

const PREDICTED = z.array(z.number()).max(1_000);

const LOCKED = z.strictObject({
  protocol: z.literal(TRAINER_PROTOCOL),
  trainer: z.string().min(1).max(100),
  baseline: METRICS,
  final: METRICS,
  /** Validation wMAPE of the final configuration, fold by fold. */
  final_fold_wmape: z.array(SHARE_OR_NULL).min(1).max(20),
  /** Both forecasts per locked period, geos added up: without them forecast use cannot be told. */
  baseline_predicted: PREDICTED.optional(),
  final_predicted: PREDICTED.optional(),
});

const FAILED = z.strictObject({
  protocol: z.literal(TRAINER_PROTOCOL),
  error: z.string().min(1).max(2000),
});

export type TrainedAnswer = z.infer<typeof TRAINED>;
export type LockedAnswer = z.infer<typeof LOCKED>;

/** Data as an outside trainer gets them: every column of the same length, rows by period, then geo. */
function serializeDataset(dataset: Dataset) {
  return {
    frequency: dataset.frequency,
    dates: dataset.dates,
    geos: dataset.geos,
    target: [...dataset.target],
    channels: Object.fromEntries(
      dataset.channels.map(({ name, spend, exposure }) => [
        name,
        { spend: [...spend], exposure: [...exposure] },
      ]),
    ),
    columns: Object.fromEntries(
      dataset.columns.map(({ name, kind, values }) => [name, { kind, values: [...values] }]),
    ),
  };
}

/** The request to fit one configuration, without the locked periods. */
export function trainRequest(dataset: Dataset, config: ModelConfig, seed: number): string {
  const { windows } = createProblem(dataset, config);
  return JSON.stringify({
    protocol: TRAINER_PROTOCOL,
    command: "train",
    seed,
    config,
    folds: serializeFolds(windows),
    data: serializeDataset(takeFirstPeriods(dataset, windows.trainingEnd)),
  });
}

/** The request to judge two configurations on the locked periods. */
export function createLockedTestRequest(
  dataset: Dataset,
  configs: { readonly baseline: ModelConfig; readonly final: ModelConfig },
): string {
  const { windows } = createProblem(dataset, configs.final);
  return JSON.stringify({
    protocol: TRAINER_PROTOCOL,
    command: "locked_test",
    baseline: configs.baseline,
    final: configs.final,
    folds: serializeFolds(windows),
    locked_from: windows.trainingEnd,
    data: serializeDataset(dataset),
  });
}

function serializeFolds(windows: ReturnType<typeof createProblem>["windows"]) {
  return windows.folds.map((fold) => ({
    train_end: fold.trainEnd,
    validation_end: fold.validationEnd,
  }));
}

/** @throws MmmError `trainer_failed` */
export function readTrained(text: string, config: ModelConfig): TrainedAnswer {
  const answer = parseTrainerAnswer(text, TRAINED);
  const wanted = config.channels.map((channel) => channel.name);
  const given = answer.channels.map((row) => row.channel);
  if (wanted.length !== given.length || wanted.some((name, at) => given[at] !== name)) {
    throw new MmmError(
      "trainer_failed",
      "The trainer's channels are not the model's, in the model's order; correct its answer",
    );
  }
  return answer;
}

/** @throws MmmError `trainer_failed` */
export function readLocked(text: string): LockedAnswer {
  return parseTrainerAnswer(text, LOCKED);
}

const QUOTE_CHARS = 500;

function parseTrainerAnswer<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MmmError(
      "trainer_failed",
      `The trainer's answer is not JSON: ${escapeText(text, QUOTE_CHARS)}`,
      { cause },
    );
  }
  const failed = FAILED.safeParse(value);
  if (failed.success) {
    const reason = escapeText(failed.data.error, QUOTE_CHARS);
    throw new MmmError("trainer_failed", `The trainer says: ${reason}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw new MmmError(
    "trainer_failed",
    `The trainer's answer, ${field}: ${issue?.message ?? "is not valid"}; see docs/TRAINERS.md`,
  );
}
