/**
 * The attachments that the coordinator signs when it hands out work, and which signatures it asks of outcomes.
 *
 * I1. A warrant binds session, work item and attempt to the pinned baseline and the accepted
 *     configuration; the guard judges against nothing else.
 * I2. A clearance is looked at before a session may accept it; what does not verify is refused.
 */
import {
  signSeal,
  signWarrant,
  verifyClearance,
  toWarrantConstraints,
  type Warrant,
} from "../../guard/tokens/clearance.ts";
import type { KeyRing } from "../../guard/tokens/keys.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { describeError } from "../../schemas/errors.ts";
import type { Attachments, Event, EventData, Recorded } from "../../schemas/event.ts";
import { COMMANDS, type Attachment } from "../../schemas/topics.ts";
import { BASELINE_ITEM, type SessionState } from "../../session/state.ts";

/** The two rings: the coordinator's signs warrants and seals, the guard's signs clearances. */
export interface Keys {
  readonly coordinator: KeyRing;
  readonly guard: KeyRing;
}

/** Why the event's signature does not hold; null when it does or none is needed. */
export function findSignatureFault(
  keys: Keys,
  state: SessionState | null,
  event: Recorded,
): string | null {
  if (event.type !== "ProposalCleared" || state === null) return null;
  const { clearance, proposal, config, config_digest, methodology_digest, spec_digest } =
    event.data;
  if (computeSha256(config) !== config_digest)
    return "the configuration is not the one of its digest";
  try {
    const session = state.session;
    const found = verifyClearance(clearance, keys.guard, {
      session,
      proposal,
      config,
      spec_digest,
    });
    return found.methodology_digest === methodology_digest
      ? null
      : "another methodology was cleared";
  } catch (error) {
    return describeError(error);
  }
}

/** The seal of a chain head. */
export function signHead(keys: Keys, head: { session: string; seq: number; head: string }): string {
  return signSeal(head, keys.coordinator);
}

/** What goes beside a command, from the state after it. */
export function createAttachments(keys: Keys, state: SessionState, event: Event): Attachments {
  const wanted: readonly Attachment[] = COMMANDS[event.type]?.attach ?? [];
  const found: Record<string, string> = {};
  for (const name of wanted) {
    const value = MAKERS[name](keys, state, event);
    if (value !== null) found[name] = value;
  }
  return found;
}

type Maker = (keys: Keys, state: SessionState, event: Event) => string | null;

const MAKERS: Readonly<Record<Attachment, Maker>> = {
  warrant: (keys, state, event) => signWarrant(createWarrant(state, event), keys.coordinator),
  config: (_keys, state, event) => selectModelToTrain(state, event)?.config ?? null,
  clearance: (_keys, state, event) => selectModelToTrain(state, event)?.clearance ?? null,
  context: (_keys, state, event) => JSON.stringify(createAttachedContext(state, event)),
};

function selectModelToTrain(state: SessionState, event: Event) {
  return event.type === "LockedTestRequested" ? state.accepted : state.work_item?.candidate;
}

function createWarrant(state: SessionState, event: Event): Warrant {
  const { work_item, attempt } = event.data as { work_item: string; attempt: number };
  const isBaseline = work_item === BASELINE_ITEM;
  return {
    session: state.session,
    work_item,
    attempt,
    iteration: state.iteration,
    baseline: isBaseline ? state.baseline_text : (state.baseline?.config ?? ""),
    base: isBaseline ? state.baseline_text : (state.accepted?.config ?? ""),
    constraints: toWarrantConstraints(state.constraints),
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

function createAttachedContext(
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
  if (event.type === "ApprovalRequested") return createApprovalContext(state);
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

function createApprovalContext(state: SessionState): ApprovalContext {
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
