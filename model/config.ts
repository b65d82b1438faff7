/**
 * The configuration of a model (`baseline_model.json`): schema, defaults, parsing.
 *
 * Owns: which fields exist, their hard limits and their defaults. Not: which of them may be
 * changed (the guard's methodology specification) and whether columns exist (`dataset.ts`).
 *
 * 1. Strict: an unknown key anywhere is an error, nothing is coerced.
 * 2. A parsed configuration holds everything: parsing it again gives the same value.
 * 3. `hyperparameters` has exactly the channels' names as keys.
 *
 * Units: `decay` is per data period (per week, day or month, as the data are); fields
 * that end in `_weeks` are weeks whatever the frequency; money is in the unit of the data.
 */

import { z } from "zod";
import { PERIODS_PER_WEEK } from "./calendar.ts";
import { ModelError } from "./errors.ts";
import { MEDIA_TYPES, createDefaultTransform } from "./media-types.ts";
import { readProfile } from "./posterior/profile.ts";
import { POSTERIOR_SETTINGS } from "./prior-settings.ts";

/** Names used in paths such as `hyperparameters.tv.decay`: no dots, no spaces. */
const NAME = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "must start with a letter; letters, digits, _ and -")
  .refine((name) => name !== "constructor" && name !== "prototype", "reserved name");
const COLUMN = z.string().min(1).max(200);
const ISO_DATE = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be YYYY-MM-DD");

export const METRIC_NAMES = [
  "mape",
  "wmape",
  "smape",
  "mase",
  "r2",
  "adj_r2",
  "mae",
  "rmse",
  "nrmse",
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

const EVENT = z.union([
  COLUMN,
  z.strictObject({ name: NAME, dates: z.array(ISO_DATE).min(1).max(1000) }),
]);

const DATA = z.strictObject({
  path: z.string().min(1).max(4096),
  date: COLUMN,
  target: COLUMN,
  /** A column the target is multiplied by, such as revenue per conversion. */
  target_multiplier: COLUMN.optional(),
  frequency: z.enum(["weekly", "daily", "monthly"]).default("weekly"),
  /** Whether a week's date is its first day (the default) or its last; weekly data alone. */
  week_label: z.enum(["start", "end"]).optional(),
  /** Answers to what a file leaves open: `01/02/2024`, `1.234`, a workbook of many sheets. */
  date_order: z.enum(["day_first", "month_first"]).optional(),
  decimal: z.enum(["point", "comma"]).optional(),
  sheet: z.string().min(1).max(200).optional(),
  controls: z.array(COLUMN).max(128).default([]),
  /** Text columns ("na" or empty = none), or a name with the dates on which it happens. */
  events: z.array(EVENT).max(64).default([]),
  geo: z
    .strictObject({ column: COLUMN, mode: z.enum(["pooled", "per_geo"]).default("pooled") })
    .optional(),
});

const CHANNEL = z.strictObject({
  name: NAME,
  spend: COLUMN,
  /** Column the effect is modelled on (impressions, GRPs, clicks); spend when absent. */
  exposure: COLUMN.optional(),
  media_type: z.enum(MEDIA_TYPES),
});

const ADSTOCK = z.strictObject({
  type: z.literal("geometric").default("geometric"),
  normalized: z.boolean().default(true),
  /** Longest lag that still carries effect; lags 0 … max_lag_weeks. */
  max_lag_weeks: z.int().min(0).max(104).default(13),
});

const SEASONALITY = z.strictObject({
  fourier_pairs: z.int().min(0).max(12).default(2),
  /** Six day-of-week dummies; for daily data only. */
  day_of_week: z.boolean().default(false),
});

const ARCHITECTURE = z.strictObject({
  type: z.literal("additive").default("additive"),
  order: z.literal("adstock_then_saturation").default("adstock_then_saturation"),
  /** `local_level`: linear, and in the posterior a level that may wander. */
  trend: z.enum(["local_level", "linear", "none"]).default("local_level"),
  seasonality: SEASONALITY.prefault({}),
  intercept: z.boolean().default(true),
  media_sign: z.literal("non_negative").default("non_negative"),
});

const EVALUATION = z.strictObject({
  scheme: z.literal("rolling_origin").default("rolling_origin"),
  folds: z.int().min(1).max(20).default(4),
  horizon_weeks: z.int().min(1).max(104).default(13),
  locked_test_weeks: z.int().min(0).max(104).default(13),
  metrics: z
    .array(z.enum(METRIC_NAMES))
    .min(1)
    .max(METRIC_NAMES.length)
    .default([...METRIC_NAMES]),
});

const TRANSFORM = z.strictObject({
  decay: z.number().min(0).max(0.999),
  alpha: z.number().min(0.05).max(10),
  gamma: z.number().min(0.01).max(10),
});

const TRAINING = z.strictObject({
  /** Unit-free ridge penalty, see `ridge.ts`. */
  l2_penalty: z.number().min(1e-8).max(100).default(0.01),
  /** Step of the gradient refinement, see `refine.ts`. */
  learning_rate: z.number().min(1e-6).max(1).default(0.05),
  /** Steps of the gradient refinement done by the trainer; 0 = the parameters as given. */
  refinement_steps: z.int().min(0).max(1000).default(0),
});

const LIFT_TEST = z
  .strictObject({
    channel: NAME,
    start: ISO_DATE,
    end: ISO_DATE,
    /** Incremental target measured by the experiment over start … end, in target units. */
    effect: z.number(),
    standard_error: z.number().positive(),
  })
  .refine((test) => test.start <= test.end, { message: "start is after end", path: ["end"] });

const CALIBRATION = z.strictObject({
  lift_tests: z.array(LIFT_TEST).max(100).default([]),
  roi_priors: z
    .array(z.strictObject({ channel: NAME, roi: z.number().min(0), sd: z.number().positive() }))
    .max(64)
    .default([]),
});

/** What a baseline document may hold. */
export const BASELINE_FIELDS = z.strictObject({
  /** Where an editor finds the JSON Schema of this document; says nothing about the model. */
  $schema: z.string().max(2000).optional(),
  model_id: z.string().min(1).max(200),
  description: z.string().max(2000).optional(),
  data: DATA,
  channels: z.array(CHANNEL).min(1).max(64),
  adstock: ADSTOCK.prefault({}),
  saturation: z.strictObject({ type: z.literal("hill").default("hill") }).prefault({}),
  architecture: ARCHITECTURE.prefault({}),
  regularization: z.strictObject({ type: z.literal("ridge").default("ridge") }).prefault({}),
  evaluation: EVALUATION.prefault({}),
  /** By channel; a channel or parameter left out gets the default of its media type. */
  hyperparameters: z.record(z.string(), TRANSFORM.partial()).default({}),
  training: TRAINING.prefault({}),
  /** How effects are inferred; absent = `posterior`. */
  inference: z.enum(["posterior", "point"]).optional(),
  posterior: POSTERIOR_SETTINGS.optional(),
  /** Evidence from experiments; off unless given, and always stated in the report. */
  calibration: CALIBRATION.optional(),
});

type ParsedFields = z.infer<typeof BASELINE_FIELDS>;

export type ModelConfig = Omit<ParsedFields, "$schema" | "hyperparameters"> & {
  hyperparameters: Record<string, z.infer<typeof TRANSFORM>>;
};

interface Issue {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Rules that need more than one field. */
function findCrossFieldIssues(config: ParsedFields): Issue[] {
  const issues: Issue[] = [];
  const names = new Set<string>();
  for (const [index, channel] of config.channels.entries()) {
    if (names.has(channel.name)) {
      issues.push({ path: ["channels", index, "name"], message: "two channels of that name" });
    }
    names.add(channel.name);
  }
  for (const name of Object.keys(config.hyperparameters)) {
    if (!names.has(name)) {
      issues.push({ path: ["hyperparameters", name], message: "is not a channel" });
    }
  }
  for (const part of ["lift_tests", "roi_priors"] as const) {
    for (const [index, row] of (config.calibration?.[part] ?? []).entries()) {
      if (names.has(row.channel)) continue;
      issues.push({ path: ["calibration", part, index, "channel"], message: "is not a channel" });
    }
  }
  if (config.architecture.seasonality.day_of_week && config.data.frequency !== "daily") {
    issues.push({
      path: ["architecture", "seasonality", "day_of_week"],
      message: "needs daily data",
    });
  }
  if (config.data.week_label !== undefined && config.data.frequency !== "weekly") {
    issues.push({ path: ["data", "week_label"], message: "needs weekly data" });
  }
  return [...issues, ...findColumnIssues(config)];
}

/** A column may play one part only: a target that is also a control is a leak. */
function findColumnIssues(config: ParsedFields): Issue[] {
  const seen = new Map<string, string>();
  const issues: Issue[] = [];
  const claim = (column: string | undefined, path: (string | number)[]): void => {
    if (column === undefined) return;
    const earlier = seen.get(column);
    if (earlier === undefined) seen.set(column, path.join("."));
    else issues.push({ path, message: `column "${column}" is already used by ${earlier}` });
  };
  claim(config.data.date, ["data", "date"]);
  claim(config.data.target, ["data", "target"]);
  claim(config.data.target_multiplier, ["data", "target_multiplier"]);
  claim(config.data.geo?.column, ["data", "geo", "column"]);
  for (const [index, column] of config.data.controls.entries()) {
    claim(column, ["data", "controls", index]);
  }
  for (const [index, event] of config.data.events.entries()) {
    if (typeof event === "string") claim(event, ["data", "events", index]);
  }
  for (const [index, channel] of config.channels.entries()) {
    claim(channel.spend, ["channels", index, "spend"]);
    if (channel.exposure !== channel.spend)
      claim(channel.exposure, ["channels", index, "exposure"]);
  }
  return issues;
}

function throwIssue(issue: Issue, count: number): never {
  const field = issue.path.length === 0 ? "the document" : issue.path.join(".");
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  throw new ModelError(
    "config_invalid",
    `Model configuration, ${field}: ${issue.message}${more}; correct that field`,
    { field, issue: issue.message, issues: count },
  );
}

/**
 * Parses a model configuration strictly and fills in the stated defaults; a channel without
 * hyperparameters, or without some of them, gets those of its media type.
 *
 * @throws ModelError `config_invalid`, naming the first offending field.
 */
export function parseModelConfig(value: unknown): ModelConfig {
  const parsed = BASELINE_FIELDS.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues;
    const first = issues[0];
    const path = (first?.path ?? []).map((part) =>
      typeof part === "number" ? part : String(part),
    );
    throwIssue({ path, message: first?.message ?? "is not valid" }, issues.length);
  }
  const { $schema: _forEditors, ...config } = parsed.data;
  const issues = findCrossFieldIssues(config);
  const first = issues[0];
  if (first !== undefined) throwIssue(first, issues.length);
  const hyperparameters: ModelConfig["hyperparameters"] = {};
  for (const channel of config.channels) {
    const preset = createDefaultTransform(channel.media_type, countPeriodsPerWeek(config));
    const own = config.hyperparameters[channel.name];
    hyperparameters[channel.name] = {
      decay: own?.decay ?? preset.decay,
      alpha: own?.alpha ?? preset.alpha,
      gamma: own?.gamma ?? preset.gamma,
    };
  }
  return withCarryover({ ...config, hyperparameters }, value);
}

/** A document that leaves the carryover open gets the posterior's default form, and says so. */
function withCarryover(config: ModelConfig, value: unknown): ModelConfig {
  const { carryover } = readProfile(value);
  if (config.inference === "point" || config.posterior?.carryover !== undefined) return config;
  if (carryover === "geometric") return config;
  return { ...config, posterior: { ...config.posterior, carryover } };
}

/** Data periods in a week: 1 for weekly data, 7 for daily, 3/13 for monthly. */
export function countPeriodsPerWeek(config: Pick<ModelConfig, "data">): number {
  return PERIODS_PER_WEEK[config.data.frequency];
}
