/**
 * Which stage a session is at, and the narrowing of states to stages.
 *
 * I1. A state is made here alone, from its fields: a stage without what it must have is an error,
 *     never a state with gaps.
 * I2. The stage is worked out, not believed: a stored one is passed over, so that a state that an
 *     earlier version of the product stored, or carried on, is at its right stage.
 */
import { MmmError } from "../schemas/errors.ts";
import type {
  BaselineSession,
  ClosingSession,
  SessionState,
  Stage,
  StateFields,
  TrainedCandidate,
  TuningSession,
  WorkItem,
} from "./state.ts";

const ENDS: ReadonlySet<string> = new Set(["completed", "aborted", "cancelled", "failed"]);

/** What a stage has, and what it has not. */
const PARTS: Readonly<Record<Stage, readonly [readonly Part[], readonly Part[]]>> = {
  named: [[], ["limits", "wait", "work_item", "baseline", "accepted", "stopped_because"]],
  baseline: [["limits"], ["baseline", "accepted", "stopped_because"]],
  tuning: [["limits", "baseline", "accepted", "spec_digest"], ["stopped_because"]],
  closing: [["limits", "baseline", "accepted", "spec_digest", "stopped_because"], ["work_item"]],
  ended: [["stopped_because"], ["wait", "work_item"]],
};

type Part = {
  [K in keyof StateFields]: null extends StateFields[K] ? K : never;
}[keyof StateFields];

/** The state of these fields. Throws `state_damaged` when they fit no stage. */
export function stateOfFields(fields: StateFields): SessionState {
  const stage = deriveStage(fields);
  const [has, hasNot] = PARTS[stage];
  const missing = has.find((part) => fields[part] === null);
  const extra = hasNot.find((part) => fields[part] !== null);
  if (missing === undefined && extra === undefined) return { ...fields, stage } as SessionState;
  const fault = missing === undefined ? `with ${extra}` : `without ${missing}`;
  throw new MmmError(
    "state_damaged",
    `session ${fields.session} is at stage ${stage} ${fault}; run mmm snapshot rebuild`,
  );
}

function deriveStage(fields: StateFields): Stage {
  if (fields.status === "log") return "named";
  if (ENDS.has(fields.status)) return "ended";
  if (fields.stopped_because !== null) return "closing";
  return fields.baseline === null ? "baseline" : "tuning";
}

/**
 * The state that a snapshot holds; one from before versions of the rules counts as version 1. Throws
 * `state_damaged` for a text that holds no state.
 */
export function readState(text: string): SessionState {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    throw new MmmError("state_damaged", "a snapshot is not JSON; run mmm snapshot rebuild", {
      cause,
    });
  }
  if (!isFields(fields)) {
    throw new MmmError("state_damaged", "a snapshot holds no session; run mmm snapshot rebuild");
  }
  const { logic_version = 1, pinned_text = "", data_digest = null, deployment = null } = fields;
  const { locked_test } = fields;
  const locked =
    locked_test === null ? null : { ...locked_test, comparisons: locked_test.comparisons ?? [] };
  const later = { logic_version, pinned_text, data_digest, deployment, locked_test: locked };
  return stateOfFields({ ...fields, ...later });
}

/** What joined the state later is not in every snapshot. */
type Later = "logic_version" | "pinned_text" | "data_digest" | "deployment";
type StoredLocked = Omit<NonNullable<StateFields["locked_test"]>, "comparisons"> &
  Partial<Pick<NonNullable<StateFields["locked_test"]>, "comparisons">>;
type StoredFields = Omit<StateFields, Later | "locked_test"> &
  Partial<Pick<StateFields, Later>> & { readonly locked_test: StoredLocked | null };

function isFields(value: unknown): value is StoredFields {
  const named = value as Partial<Record<keyof StateFields, unknown>> | null;
  return typeof named?.session === "string" && typeof named.status === "string";
}

/** Digest of the data that all of the session's training has to be on; null while none is known. */
export function findPinnedData({ data_digest, baseline }: SessionState): string | null {
  return data_digest ?? baseline?.trained?.data_digest ?? null;
}

/** The session as one that tunes. Throws `internal` at another stage: nothing admitted leads there. */
export function requireTuning(state: SessionState): TuningSession {
  return state.stage === "tuning" ? state : throwWrongStage(state, "tuning");
}

/** The session as one whose tuning is over. Throws `internal` at another stage. */
export function requireClosing(state: SessionState): ClosingSession {
  return state.stage === "closing" ? state : throwWrongStage(state, "closing");
}

/** The present work item. Throws `internal` between two of them. */
export function requireItem(state: TuningSession | BaselineSession): WorkItem {
  if (state.work_item !== null) return state.work_item;
  throw new MmmError("internal", `session ${state.session} has no work item at ${state.stage}`);
}

/** The work item's candidate with its model. Throws `internal` where nothing was trained. */
export function requireTrained(item: WorkItem): TrainedCandidate {
  const { candidate } = item;
  if (candidate !== null && isTrained(candidate)) return candidate;
  throw new MmmError("internal", `nothing was trained in ${item.id}`);
}

/** Whether the candidate has its model. */
export function isTrained(
  candidate: NonNullable<WorkItem["candidate"]>,
): candidate is TrainedCandidate {
  return candidate.trained !== null;
}

function throwWrongStage(state: SessionState, wanted: Stage): never {
  throw new MmmError("internal", `session ${state.session} is at ${state.stage}, not at ${wanted}`);
}
