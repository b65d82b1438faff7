/**
 * The next task of a session, or the reason to stop.
 *
 * I1. The order of reasons is fixed: a person's pending text first, then convergence, iterations,
 *     patience.
 * I2. A task states its figures in words; agents get the exact configuration in the warrant.
 */
import type { Event, EventData } from "../schemas/event.ts";
import { formatPercent } from "../schemas/number-text.ts";
import type { Role } from "../schemas/parts.ts";
import { alternativeRole } from "./ladder.ts";
import { requestLockedTest } from "./endings.ts";
import type { SessionState, WorkItem } from "./state.ts";

/** After training the baseline and after each iteration. */
export function nextStep(state: SessionState): readonly Event[] {
  const reason = stopReason(state);
  if (reason === null) return [newTask(state)];
  return [requestLockedTest(state, reason)];
}

/** Why tuning ends now; null while it goes on. */
export function stopReason(state: SessionState): string | null {
  const limits = state.limits;
  if (limits === null) return "no limits";
  if (state.iteration >= limits.max_iterations) return "all iterations used";
  if (state.pending.length > 0) return null;
  if (state.iteration > 0 && state.convergence >= limits.convergence_threshold) {
    return `convergence ${state.convergence.toFixed(3)} reached ${limits.convergence_threshold}`;
  }
  if (state.no_improvement >= limits.patience) {
    return `${state.no_improvement} iterations without improvement`;
  }
  return null;
}

function newTask(state: SessionState): Event {
  const iteration = state.iteration + 1;
  const pending = state.pending[0];
  const text = pending?.text ?? tuningText(state);
  return {
    type: "TaskStated",
    data: taskData(state, {
      work_item: `w${iteration}`,
      iteration,
      attempt: 1,
      kind: pending === undefined ? "tune" : "free_text",
      author: pending === undefined ? "system" : "person",
      text,
      pinned: null,
      excluded: [],
      feedback: [],
      instruction: null,
    }),
  };
}

/** The same work item once more, with what was learnt. */
export function restate(
  state: SessionState,
  to: { readonly pinned: Role | "alternative" | null },
): Event {
  const item = state.work_item as WorkItem;
  const pinned = to.pinned === "alternative" ? alternativeRole(item) : to.pinned;
  const excluded = to.pinned === "alternative" && item.originator !== null ? [item.originator] : [];
  return {
    type: "TaskStated",
    data: taskData(state, {
      work_item: item.id,
      iteration: state.iteration,
      attempt: item.attempt + 1,
      kind: item.kind,
      author: item.author,
      text: item.text,
      pinned,
      excluded,
      feedback: item.feedback,
      instruction: item.instruction,
    }),
  };
}

type TaskPart = Omit<
  EventData<"TaskStated">,
  "constraints" | "base_digest" | "seed" | "evaluations" | "timeout_s"
>;

function taskData(state: SessionState, part: TaskPart): EventData<"TaskStated"> {
  return {
    ...part,
    constraints: state.constraints,
    base_digest: state.accepted?.config_digest ?? "",
    seed: taskSeed(state.seed, part.iteration, part.attempt),
    evaluations: state.limits?.evaluations_per_iteration ?? 0,
    timeout_s: state.limits?.agent_timeout_s ?? 0,
  };
}

/** A different, reproducible seed for every attempt (FNV-1a over the three numbers). */
function taskSeed(seed: number, iteration: number, attempt: number): number {
  let hash = 0x811c9dc5;
  for (const part of [seed, iteration, attempt]) {
    hash = Math.imul(hash ^ (part & 0xffff), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ ((part >>> 16) & 0xffff), 0x01000193) >>> 0;
  }
  return hash;
}

function tuningText(state: SessionState): string {
  const trained = state.accepted?.trained;
  const metrics = trained?.validation;
  if (trained === undefined || trained === null || metrics === undefined) return "Tune the model.";
  const error =
    metrics.mape === null
      ? `wMAPE of ${formatPercent(metrics.wmape ?? 0)}`
      : `MAPE of ${formatPercent(metrics.mape)}`;
  const r2 = metrics.r2 === null ? "" : `, R² ${metrics.r2.toFixed(3)}`;
  return (
    `Tune decay, alpha, gamma and penalty within their ranges: the configuration in force has a ` +
    `validated ${error}${r2}, MAE ${metrics.mae.toPrecision(6)} over its rolling-origin folds.`
  );
}
