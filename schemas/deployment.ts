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

export type UseGrounds = z.infer<typeof GROUNDS>;
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
