/**
 * What to simulate: the schema of a simulation specification, and the default one.
 *
 * 1. Strict: unknown keys are errors. Everything but the channels has a default.
 */

import { z } from "zod";
import { ModelError } from "../errors.ts";
import { MEDIA_TYPES } from "../media-types.ts";

const NAME = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "letters, digits and _ only");

const CHANNEL = z.strictObject({
  name: NAME,
  media_type: z.enum(MEDIA_TYPES),
  /** Mean spend in an active period. */
  mean_spend: z.number().positive(),
  /** Share of periods with spend; below 1 the channel runs in flights of about a month. */
  active_share: z.number().min(0.05).max(1).default(1),
  /** Standard deviation of log spend between active periods. */
  spend_variation: z.number().min(0.01).max(2).default(0.5),
  /** How much spend follows the season of sales (confounding), 0 … 1. */
  season_following: z.number().min(0).max(1).default(0),
  /** Per period. */
  decay: z.number().min(0).max(0.99),
  alpha: z.number().min(0.1).max(10),
  /** Half saturation as a share of the largest adstocked spend in the first training window. */
  gamma: z.number().min(0.01).max(10),
  /** True return: target units per unit of spend over the whole series. */
  roi: z.number().min(0).max(1000),
});

const SPEC = z.strictObject({
  start_date: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .default("2021-01-04"),
  periods: z.int().min(20).max(5000).default(208),
  frequency: z.enum(["weekly", "daily"]).default("weekly"),
  target: NAME.default("sales"),
  /** Sales per period without media, trend and season. */
  base_level: z.number().positive().default(100_000),
  /** Growth of the base per year as a share. */
  trend_per_year: z.number().min(-0.9).max(10).default(0.05),
  /** Amplitude of the yearly season as a share of the base. */
  season_amplitude: z.number().min(0).max(1).default(0.15),
  /** Effect of one standard deviation of the competitor index as a share of the base. */
  competitor_effect: z.number().min(-1).max(1).default(-0.03),
  /** Effect of a promotion week as a share of the base; every tenth period or so. */
  promotion_effect: z.number().min(-1).max(5).default(0.1),
  /** Noise standard deviation as a share of the base. */
  noise: z.number().min(0).max(2).default(0.03),
  /** First-order autocorrelation of the noise. */
  noise_autocorrelation: z.number().min(0).max(0.95).default(0),
  /** Periods over which gamma's scale is taken; default: all but 65 weeks (4 folds and the test). */
  scale_periods: z.int().min(1).optional(),
  normalized: z.boolean().default(true),
  /** Weeks, as `adstock.max_lag_weeks` of the configuration that is written. */
  max_lag: z.int().min(0).max(104).default(13),
  channels: z.array(CHANNEL).min(1).max(64),
});

export type SimulationSpec = z.infer<typeof SPEC>;

/** Five channels of a plausible consumer brand; money per week. */
const DEFAULT_CHANNELS = [
  {
    name: "tv",
    media_type: "tv",
    mean_spend: 9000,
    active_share: 0.6,
    decay: 0.62,
    alpha: 1.6,
    gamma: 0.5,
    roi: 2.1,
  },
  {
    name: "ooh",
    media_type: "ooh",
    mean_spend: 3500,
    active_share: 0.5,
    decay: 0.35,
    alpha: 1.2,
    gamma: 0.6,
    roi: 1.2,
  },
  {
    name: "radio",
    media_type: "radio",
    mean_spend: 2500,
    active_share: 0.6,
    decay: 0.25,
    alpha: 1.1,
    gamma: 0.5,
    roi: 2.4,
  },
  {
    name: "social",
    media_type: "social",
    mean_spend: 4000,
    spend_variation: 0.45,
    decay: 0.2,
    alpha: 1.3,
    gamma: 0.55,
    roi: 2.8,
  },
  {
    name: "search",
    media_type: "search",
    mean_spend: 3000,
    spend_variation: 0.4,
    season_following: 0.3,
    decay: 0.08,
    alpha: 0.9,
    gamma: 0.7,
    roi: 3.2,
  },
] as const;

/** The specification of the shipped example. */
export const DEFAULT_SIMULATION: SimulationSpec = SPEC.parse({ channels: DEFAULT_CHANNELS });

/** @throws ModelError `simulation_invalid`, naming the first offending field. */
export function parseSimulationSpec(value: unknown): SimulationSpec {
  const parsed = SPEC.safeParse(value);
  if (parsed.success) {
    const names = parsed.data.channels.map((channel) => channel.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return parsed.data;
    throw new ModelError("simulation_invalid", `Simulation: two channels named "${twice}"`, {
      field: "channels",
    });
  }
  const issue = parsed.error.issues[0];
  const field = (issue?.path ?? []).map(String).join(".") || "the document";
  throw new ModelError(
    "simulation_invalid",
    `Simulation, ${field}: ${issue?.message ?? "is not valid"}; correct that field`,
    { field },
  );
}
