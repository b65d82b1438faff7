/** What `run` says while it runs: a line per iteration, the phase in a terminal's status line. */
import { formatPercent } from "../schemas/number-text.ts";
import type { HistoryEntry } from "../session/audit.ts";
import { evolve } from "../session/evolve.ts";
import { PHASES, type SessionState } from "../session/state.ts";
import { errorOf } from "./format.ts";
import type { Shell } from "./shell.ts";

/** A callback for history events that prints progress on stderr. */
export function createProgress(shell: Shell): (entry: HistoryEntry) => void {
  let state: SessionState | null = null;
  return ({ event }) => {
    state = evolve(state, event);
    const line = lineOf(state, event);
    if (line !== null) shell.err(line);
    if (state.wait !== null) shell.status(`${place(state)} ${PHASES[state.wait.for]} …`);
  };
}

function place(state: SessionState): string {
  const of = String(state.limits?.max_iterations ?? 0);
  return `[${String(state.iteration).padStart(of.length)}/${of}]`;
}

function lineOf(state: SessionState, event: HistoryEntry["event"]): string | null {
  switch (event.type) {
    case "SessionRequested":
      return `session ${state.session} · ${state.business_unit} · seed ${event.data.seed}`;
    case "ModelTrained": {
      if (state.baseline === null || state.iteration > 0) return null;
      const error = errorOf(event.data.validation);
      return `${place(state)} baseline trained · validated ${error.name} ${formatPercent(error.value)}`;
    }
    case "ProposalVetoed": {
      const first = event.data.violations[0];
      return `${place(state)} vetoed (${event.data.layer}): ${first?.code ?? ""} ${first?.message ?? ""}`;
    }
    case "ProposalRejected":
      return `${place(state)} rejected by ${event.data.by} (${event.data.count}) → ${event.data.next}`;
    case "EscalationRaised":
      return `${place(state)} a person has to decide ${event.data.escalation}: ${event.data.reason}`;
    case "IterationCompleted": {
      const error = errorOf(state.accepted?.trained?.validation);
      const { outcome, convergence } = event.data;
      return (
        `${place(state)} ${outcome.padEnd(12)} validated ${error.name} ${formatPercent(error.value)}` +
        ` · convergence ${convergence.toFixed(3)}`
      );
    }
    case "LockedTestRequested":
      return `${place(state)} tuning ends: ${event.data.stopped_because}`;
    case "DeploymentDecided":
      return `${place(state)} decision: ${event.data.decision}`;
    default:
      return null;
  }
}
