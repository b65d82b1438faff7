/** The line about a session that lists and dashboards show, and what its state keeps of its last events. */
import { z } from "zod";
import { MmmError } from "../schemas/errors.ts";
import type { EventData } from "../schemas/event.ts";
import type { ReasonerNote } from "../schemas/parts.ts";
import type { SessionSummary } from "./ports.ts";
import { PHASES, type Counters, type SessionState, type StateFields } from "./state.ts";

export function toSessionSummary(state: SessionState): SessionSummary {
  const open = state.wait?.for === "person" ? state.wait.key : null;
  return {
    session: state.session,
    business_unit: state.business_unit,
    status: state.status,
    phase: state.wait === null ? "" : PHASES[state.wait.for],
    iteration: state.iteration,
    requested_by: state.requested_by,
    started: state.started,
    updated: state.updated,
    baseline_loss: state.baseline?.trained?.loss ?? null,
    best_loss: state.accepted?.trained?.loss ?? null,
    open_escalation: open,
    deadline: state.wait?.deadline ?? null,
  };
}

const SUMMARY = z.object({
  session: z.string(),
  business_unit: z.string(),
  status: z.string(),
  phase: z.string(),
  iteration: z.number(),
  requested_by: z.string(),
  started: z.string(),
  updated: z.string(),
  baseline_loss: z.number().nullable(),
  best_loss: z.number().nullable(),
  open_escalation: z.string().nullable(),
  deadline: z.number().nullable(),
});

/** The line as a store kept it. Throws `state_damaged`: it can be folded from the history again. */
export function parseSummary(text: string): SessionSummary {
  try {
    return SUMMARY.parse(JSON.parse(text));
  } catch (cause) {
    throw new MmmError("state_damaged", "a stored summary of a session is damaged", { cause });
  }
}

/** The figures of the locked test, without what only its event tells. */
export function keepLockedTest({
  baseline,
  final,
  contradicts,
  comparisons,
}: EventData<"LockedTestEvaluated">): NonNullable<StateFields["locked_test"]> {
  return { baseline, final, contradicts, comparisons };
}

/** Both uses of the deployment with their grounds. */
export function keepDeployment({
  forecast_use,
  budget_use,
  conditions,
  grounds,
}: EventData<"DeploymentDecided">): NonNullable<StateFields["deployment"]> {
  return { forecast_use, budget_use, conditions, grounds };
}

/** Counters after an answer that a model was asked for. */
export function addUsage(
  state: SessionState,
  note: ReasonerNote,
  more: Partial<Counters>,
): Counters {
  return {
    ...state.counters,
    input_tokens: state.counters.input_tokens + note.input_tokens,
    output_tokens: state.counters.output_tokens + note.output_tokens,
    cost_usd: state.counters.cost_usd + note.cost_usd,
    ...more,
  };
}
