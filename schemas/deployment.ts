/**
 * The grounds of a deployment decision, as DeploymentDecided carries them: JSON, read strictly.
 *
 * I1. Text of another form reads as null: a history may come from anywhere.
 */
import { z } from "zod";
import { EXPERIMENT, FLAG } from "./evidence.ts";

/** What a model may be used for, from lenient to strict. */
export const USES = ["approve", "approve_with_conditions", "cannot_tell", "reject"] as const;
export type Use = (typeof USES)[number];

const LINES = z.array(z.string().max(2_000)).max(20);

const GROUNDS = z.strictObject({
  figures: z.record(z.string().max(100), z.number().nullable()),
  /** Why it is refused or cannot be told; for an approval what speaks for it. */
  reasons: LINES,
  conditions: LINES,
});

const DEPLOYMENT_GROUNDS = z.strictObject({
  forecast: GROUNDS,
  budget: GROUNDS,
  experiment: EXPERIMENT.nullable(),
  /** The raised ones. */
  flags: z.array(FLAG).max(5_000),
  /** For information: what benchmarks say. */
  notes: z.array(z.string().max(2_000)).max(500),
});

export type DeploymentGrounds = z.infer<typeof DEPLOYMENT_GROUNDS>;

/** The grounds of a text; null where there is none or it has another form. */
export function readDeploymentGrounds(text: string | null): DeploymentGrounds | null {
  if (text === null) return null;
  try {
    return DEPLOYMENT_GROUNDS.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether it is approved, with conditions or without. */
export function isApproved(use: string | null): boolean {
  return use === "approve" || use === "approve_with_conditions";
}

/** Both uses on one screen. */
export const DEPLOYMENT_SUMMARY = z.object({
  forecast_use: z.string().nullable(),
  budget_use: z.string().nullable(),
  probability: z.number().nullable().meta({ description: "that the plan within ±30 % gains" }),
  probability_min: z.number().nullable().meta({ description: "what the business asks for" }),
  expected_gain: z
    .number()
    .nullable()
    .meta({ description: "target units over the training window" }),
  expected_loss: z.number().nullable(),
  forecast_reasons: z.array(z.string()),
  budget_reasons: z.array(z.string()),
  conditions: z.array(z.string()),
  flags: z.array(z.string()).meta({ description: "what was found about data and posterior" }),
  experiment: z.string().nullable().meta({ description: "the one to run next" }),
});

export type DeploymentSummary = z.infer<typeof DEPLOYMENT_SUMMARY>;

/** A decision with its grounds read. */
export type DecidedUses = {
  readonly forecast_use: string | null;
  readonly budget_use: string | null;
  readonly conditions: readonly string[];
} & Readonly<Partial<DeploymentGrounds>>;

/** The screen of a decision; null for one from before there were two uses. */
export function summarizeDeployment(decided: DecidedUses | null): DeploymentSummary | null {
  if (decided === null || decided.forecast_use === null) return null;
  const { forecast, budget, flags = [], experiment = null } = decided;
  const figure = (name: string): number | null => budget?.figures[name] ?? null;
  return {
    forecast_use: decided.forecast_use,
    budget_use: decided.budget_use,
    probability: figure("probability"),
    probability_min: figure("probability_min"),
    expected_gain: figure("expected_gain"),
    expected_loss: figure("expected_loss"),
    forecast_reasons: forecast?.reasons ?? [],
    budget_reasons: budget?.reasons ?? [],
    conditions: [...decided.conditions],
    flags: flags.map(({ message }) => message),
    experiment: experiment?.message ?? null,
  };
}
