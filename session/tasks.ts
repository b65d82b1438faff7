/**
 * The next task of a session, or the reason to stop.
 *
 * I1. The order of reasons is fixed, by version of the rules. Today: while a person's text waits,
 *     tuning goes on; then convergence, iterations, patience.
 * I2. A task states its figures in words; agents get the exact configuration in the warrant.
 */
import type { Event, EventData } from "../schemas/event.ts";
import type { Limits, Role } from "../schemas/parts.ts";
import { alternativeRole } from "./ladder.ts";
import { requestLockedTest } from "./endings.ts";
import type { Rules, StopRule } from "./rules.ts";
import { requireItem } from "./stages.ts";
import type { TuningSession } from "./state.ts";

/** After training the baseline and after each iteration. */
export function nextStep(state: TuningSession, rules: Pick<Rules, "stopReason">): readonly Event[] {
  const reason = rules.stopReason(state);
  if (reason === null) return [newTask(state)];
  return [requestLockedTest(state, reason)];
}

/** Why tuning may end, each for itself; null where it gives no reason. */
const REASONS = {
  iterations: ({ iteration }, limits) =>
    iteration >= limits.max_iterations ? "all iterations used" : null,
  convergence: ({ iteration, convergence }, { convergence_threshold }) =>
    iteration > 0 && convergence >= convergence_threshold
      ? `convergence ${convergence.toFixed(3)} reached ${convergence_threshold}`
      : null,
  patience: ({ no_improvement }, limits) =>
    no_improvement >= limits.patience ? `${no_improvement} iterations without improvement` : null,
} as const satisfies Record<string, (state: TuningSession, limits: Limits) => string | null>;

/** Version 1: a text that waits keeps tuning going, but not beyond the last iteration. */
export const stopReasonV1: StopRule = (state) => {
  const { limits } = state;
  const { iterations, convergence, patience } = REASONS;
  const all = iterations(state, limits);
  if (all !== null || state.pending.length > 0) return all;
  return convergence(state, limits) ?? patience(state, limits);
};

/** Since version 2: no text is left lying; each that waits gets an iteration, also after the last. */
export const stopReasonV2: StopRule = (state) => {
  const { limits } = state;
  if (state.pending.length > 0) return null;
  const { iterations, convergence, patience } = REASONS;
  return convergence(state, limits) ?? iterations(state, limits) ?? patience(state, limits);
};

function newTask(state: TuningSession): Event {
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
  state: TuningSession,
  to: { readonly pinned: Role | "alternative" | null },
): Event {
  const item = requireItem(state);
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

function taskData(state: TuningSession, part: TaskPart): EventData<"TaskStated"> {
  return {
    ...part,
    constraints: state.constraints,
    base_digest: state.accepted.config_digest,
    seed: taskSeed(state.seed, part.iteration, part.attempt),
    evaluations: state.limits.evaluations_per_iteration,
    timeout_s: state.limits.agent_timeout_s,
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

function tuningText(state: TuningSession): string {
  const metrics = state.accepted.trained.validation;
  const error =
    metrics.mape === null
      ? `wMAPE of ${percent(metrics.wmape ?? 0)}`
      : `MAPE of ${percent(metrics.mape)}`;
  const r2 = metrics.r2 === null ? "" : `, R² ${metrics.r2.toFixed(3)}`;
  return (
    `Tune decay, alpha, gamma and penalty within their ranges: the configuration in force has a ` +
    `validated ${error}${r2}, MAE ${metrics.mae.toPrecision(6)} over its rolling-origin folds.`
  );
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
