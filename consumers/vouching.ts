/**
 * What the coordinator vouches for when it hands out work, and which signatures it asks of outcomes.
 *
 * I1. A warrant binds session, work item and attempt to the pinned baseline and the accepted
 *     configuration; the guard judges against nothing else.
 * I2. A clearance is looked at before a session may accept it; what does not verify is refused.
 */
import { canonicalJson } from "../schemas/canonical.ts";
import type { Attachments, Event, EventData, Recorded } from "../schemas/event.ts";
import type { Constraint } from "../schemas/parts.ts";
import { COMMANDS, type Attachment } from "../schemas/topics.ts";
import { BASELINE_ITEM, type SessionState } from "../session/state.ts";

export interface WarrantClaims {
  readonly session: string;
  readonly work_item: string;
  readonly attempt: number;
  readonly iteration: number;
  /** Canonical text of the pinned baseline configuration; as given for the baseline itself. */
  readonly baseline: string;
  /** Canonical text of the configuration in force. */
  readonly base: string;
  readonly constraints: readonly Constraint[];
}

export interface ClearanceClaims {
  readonly session: string;
  readonly proposal: string;
  readonly config_digest: string;
  readonly spec_digest: string;
}

/** The coordinator's keys: it signs warrants and seals, and knows the guard's public keys. */
export interface DeskKeys {
  signWarrant(claims: WarrantClaims): string;
  /** Null when the clearance is the guard's and says exactly this, else the fault. */
  clearanceFault(clearance: string, claims: ClearanceClaims): string | null;
  sealHead(head: { readonly session: string; readonly seq: number; readonly head: string }): string;
}

/** Why the event's signature does not hold; null when it does or none is needed. */
export function signatureFault(
  keys: DeskKeys,
  state: SessionState | null,
  event: Recorded,
): string | null {
  if (event.type !== "ProposalCleared" || state === null) return null;
  return keys.clearanceFault(event.data.clearance, {
    session: state.session,
    proposal: event.data.proposal,
    config_digest: event.data.config_digest,
    spec_digest: event.data.spec_digest,
  });
}

/** What goes beside a command, from the state after it. */
export function attachmentsFor(keys: DeskKeys, state: SessionState, event: Event): Attachments {
  const wanted: readonly Attachment[] = COMMANDS[event.type]?.attach ?? [];
  const found: Record<string, string> = {};
  for (const name of wanted) {
    const value = MAKERS[name](keys, state, event);
    if (value !== null) found[name] = value;
  }
  return found;
}

type Maker = (keys: DeskKeys, state: SessionState, event: Event) => string | null;

const MAKERS: Readonly<Record<Attachment, Maker>> = {
  warrant: (keys, state, event) => keys.signWarrant(warrantClaims(state, event)),
  config: (_keys, state, event) => trainee(state, event)?.config ?? null,
  clearance: (_keys, state, event) => trainee(state, event)?.clearance ?? null,
  context: (_keys, state, event) => canonicalJson(contextOf(state, event)),
};

function trainee(state: SessionState, event: Event) {
  return event.type === "LockedTestRequested" ? state.accepted : state.work_item?.candidate;
}

function warrantClaims(state: SessionState, event: Event): WarrantClaims {
  const { work_item, attempt } = event.data as { work_item: string; attempt: number };
  const own = work_item === BASELINE_ITEM;
  return {
    session: state.session,
    work_item,
    attempt,
    iteration: state.iteration,
    baseline: own ? state.baseline_text : (state.baseline?.config ?? ""),
    base: own ? state.baseline_text : (state.accepted?.config ?? ""),
    constraints: state.constraints,
  };
}

/** Figures that travel with work that judges them. */
export interface TaskContext {
  readonly business_context: string;
  readonly trained: EventData<"ModelTrained"> | null;
}
export interface ReviewContext {
  readonly business_context: string;
  readonly config: string;
  readonly candidate: EventData<"ModelTrained"> | null;
  readonly baseline: EventData<"ModelTrained"> | null;
}
export interface ApprovalContext {
  readonly business_context: string;
  readonly config: string;
  readonly baseline: EventData<"ModelTrained"> | null;
  readonly final: EventData<"ModelTrained"> | null;
  readonly locked_test: SessionState["locked_test"];
  readonly methodology_unchanged: boolean;
  readonly convergence: number;
  readonly counters: SessionState["counters"];
}
export interface LockedTestContext {
  readonly proposal: string;
  readonly baseline_proposal: string;
  readonly baseline_config: string;
  readonly baseline_clearance: string;
}

function contextOf(
  state: SessionState,
  event: Event,
): TaskContext | ReviewContext | ApprovalContext | LockedTestContext {
  const baseline = state.baseline?.trained ?? null;
  const accepted = state.accepted?.trained ?? null;
  if (event.type === "ReviewRequested") {
    const candidate = state.work_item?.candidate ?? null;
    return {
      business_context: state.context_text,
      config: candidate?.config ?? "",
      candidate: candidate?.trained ?? null,
      baseline,
    };
  }
  if (event.type === "ApprovalRequested") return approvalContext(state);
  if (event.type === "LockedTestRequested") {
    return {
      proposal: state.accepted?.proposal ?? "",
      baseline_proposal: state.baseline?.proposal ?? "",
      baseline_config: state.baseline?.config ?? "",
      baseline_clearance: state.baseline?.clearance ?? "",
    };
  }
  return { business_context: state.context_text, trained: accepted };
}

function approvalContext(state: SessionState): ApprovalContext {
  return {
    business_context: state.context_text,
    config: state.accepted?.config ?? "",
    baseline: state.baseline?.trained ?? null,
    final: state.accepted?.trained ?? null,
    locked_test: state.locked_test,
    methodology_unchanged:
      state.baseline !== null &&
      state.baseline.methodology_digest === state.accepted?.methodology_digest,
    convergence: state.convergence,
    counters: state.counters,
  };
}
