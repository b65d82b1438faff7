/** The line about a session that lists and dashboards show. */
import type { SessionSummary } from "./ports.ts";
import { PHASES, type SessionState } from "./state.ts";

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
