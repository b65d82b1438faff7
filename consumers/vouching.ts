/**
 * What the coordinator vouches for when it hands out work, and which signatures it asks of outcomes.
 *
 * I1. A warrant binds session, work item and attempt to the pinned baseline and the accepted
 *     configuration; the guard judges against nothing else.
 * I2. A clearance is looked at before a session may accept it; what does not verify is refused.
 */
import {
  signSeal,
  signWarrant,
  verifyClearance,
  warrantConstraints,
  type Warrant,
} from "../guard/clearance.ts";
import type { KeyRing } from "../guard/keys.ts";
import { sha256 } from "../schemas/canonical.ts";
import { errorText, MmmError } from "../schemas/errors.ts";
import type { Attachments, Event, Recorded } from "../schemas/event.ts";
import { COMMANDS, type Attachment } from "../schemas/topics.ts";
import { requireClosing, requireItem, requireTrained, requireTuning } from "../session/stages.ts";
import {
  BASELINE_ITEM,
  type Candidate,
  type ClosingSession,
  type SessionState,
  type TuningSession,
} from "../session/state.ts";
import type {
  ApprovalContext,
  LockedTestContext,
  ReviewContext,
  TaskContext,
} from "../session/work-context.ts";

/** The two rings: the coordinator's signs warrants and seals, the guard's signs clearances. */
export interface Keys {
  readonly coordinator: KeyRing;
  readonly guard: KeyRing;
}

/** Why the event's signature does not hold; null when it does or none is needed. */
export function signatureFault(
  keys: Keys,
  state: SessionState | null,
  event: Recorded,
): string | null {
  if (event.type !== "ProposalCleared" || state === null) return null;
  const { clearance, proposal, config, config_digest, methodology_digest, spec_digest } =
    event.data;
  if (sha256(config) !== config_digest) return "the configuration is not the one of its digest";
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
    return errorText(error);
  }
}

/** The seal of a chain head. */
export function sealOf(keys: Keys, head: { session: string; seq: number; head: string }): string {
  return signSeal(head, keys.coordinator);
}

/** What goes beside a command, from the state after it. */
export function attachmentsFor(keys: Keys, state: SessionState, event: Event): Attachments {
  const wanted: readonly Attachment[] = COMMANDS[event.type]?.attach ?? [];
  const found: Record<string, string> = {};
  for (const name of wanted) {
    found[name] = MAKERS[name](keys, state, event);
  }
  return found;
}

type Maker = (keys: Keys, state: SessionState, event: Event) => string;

const MAKERS: Readonly<Record<Attachment, Maker>> = {
  warrant: (keys, state, event) => signWarrant(warrantOf(state, event), keys.coordinator),
  config: (_keys, state, event) => trainee(state, event).config,
  clearance: (_keys, state, event) => trainee(state, event).clearance,
  context: (_keys, state, event) => JSON.stringify(contextOf(state, event)),
};

/** What is to be trained: the candidate, or what is in force at the end. */
function trainee(state: SessionState, event: Event): Candidate {
  if (event.type === "LockedTestRequested") return requireClosing(state).accepted;
  const candidate = state.work_item?.candidate ?? null;
  if (candidate !== null) return candidate;
  throw new MmmError("internal", `session ${state.session} asks to train what is not there`);
}

function warrantOf(state: SessionState, event: Event): Warrant {
  const { work_item, attempt } = event.data as { work_item: string; attempt: number };
  const { session, iteration } = state;
  const constraints = warrantConstraints(state.constraints);
  const about = { session, work_item, attempt, iteration, constraints };
  if (work_item === BASELINE_ITEM) {
    return { ...about, baseline: state.baseline_text, base: state.baseline_text };
  }
  const { baseline, accepted } = requireTuning(state);
  return { ...about, baseline: baseline.config, base: accepted.config };
}

function contextOf(
  state: SessionState,
  event: Event,
): TaskContext | ReviewContext | ApprovalContext | LockedTestContext {
  if (event.type === "ReviewRequested") return reviewContext(requireTuning(state));
  if (event.type === "ApprovalRequested") return approvalContext(requireClosing(state));
  if (event.type === "LockedTestRequested") return lockedTestContext(requireClosing(state));
  const { context_text, accepted } = requireTuning(state);
  return { business_context: context_text, trained: accepted.trained };
}

function reviewContext(state: TuningSession): ReviewContext {
  const { config, trained } = requireTrained(requireItem(state));
  const baseline = state.baseline.trained;
  return { business_context: state.context_text, config, candidate: trained, baseline };
}

function lockedTestContext({ accepted, baseline }: ClosingSession): LockedTestContext {
  return {
    proposal: accepted.proposal,
    baseline_proposal: baseline.proposal,
    baseline_config: baseline.config,
    baseline_clearance: baseline.clearance,
  };
}

function approvalContext(state: ClosingSession): ApprovalContext {
  const { accepted, baseline } = state;
  return {
    business_context: state.context_text,
    config: accepted.config,
    baseline: baseline.trained,
    final: accepted.trained,
    locked_test: state.locked_test,
    methodology_unchanged: baseline.methodology_digest === accepted.methodology_digest,
    convergence: state.convergence,
    counters: state.counters,
  };
}
