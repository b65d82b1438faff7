/** What `run` says while it runs: a line per iteration, the phase in a terminal's status line. */
import { formatPercent } from "../../schemas/number-text.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { evolve } from "../../session/evolve.ts";
import { PHASES, type SessionState } from "../../session/state.ts";
import { selectComparedError } from "./format.ts";
import type { Shell } from "../shell.ts";

/** A callback for history events that prints progress on stderr. */
export function createProgress(shell: Shell): (entry: HistoryEntry) => void {
  let state: SessionState | null = null;
  return ({ event }) => {
    state = evolve(state, event);
    const line = describeProgress(state, event);
    if (line !== null) shell.err(line);
    if (state.wait !== null)
      shell.status(`${formatIterationCount(state)} ${PHASES[state.wait.for]} …`);
  };
}

function formatIterationCount(state: SessionState): string {
  const of = String(state.limits?.max_iterations ?? 0);
  return `[${String(state.iteration).padStart(of.length)}/${of}]`;
}

function describeProgress(state: SessionState, event: HistoryEntry["event"]): string | null {
  switch (event.type) {
    case "SessionRequested":
      return `session ${state.session} · ${state.business_unit} · seed ${event.data.seed}`;
    case "ModelTrained": {
      if (state.baseline === null || state.iteration > 0) return null;
      const error = selectComparedError(event.data.validation);
      return `${formatIterationCount(state)} baseline trained · validated ${error.name} ${formatPercent(error.value)}`;
    }
    case "ProposalVetoed": {
      const first = event.data.violations[0];
      return `${formatIterationCount(state)} vetoed (${event.data.layer}): ${first?.code ?? ""} ${first?.message ?? ""}`;
    }
    case "ProposalRejected":
      return `${formatIterationCount(state)} rejected by ${event.data.by} (${event.data.count}) → ${event.data.next}`;
    case "EscalationRaised":
      return `${formatIterationCount(state)} a person has to decide ${event.data.escalation}: ${event.data.reason}`;
    case "IterationCompleted": {
      const error = selectComparedError(state.accepted?.trained?.validation);
      const { outcome, convergence } = event.data;
      return (
        `${formatIterationCount(state)} ${outcome.padEnd(12)} validated ${error.name} ${formatPercent(error.value)}` +
        ` · convergence ${convergence.toFixed(3)}`
      );
    }
    case "LockedTestRequested":
      return `${formatIterationCount(state)} tuning ends: ${event.data.stopped_because}`;
    case "DeploymentDecided": {
      const { decision, forecast_use: forecast, budget_use: budget } = event.data;
      const uses = forecast === null ? "" : ` (forecasts: ${forecast}, budget: ${budget ?? "–"})`;
      return `${formatIterationCount(state)} decision: ${decision}${uses}`;
    }
    default:
      return null;
  }
}
