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
import { verifyEffects } from "../../guard/effects-token.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { Attachments, Event, EventData, Recorded } from "../../schemas/event.ts";
import { COMMANDS, type Attachment } from "../../schemas/topics.ts";
import {
  findPinnedData,
  requireClosing,
  requireItem,
  requireTrained,
  requireTuning,
} from "../../session/stages.ts";
import {
  BASELINE_ITEM,
  type Candidate,
  type ClosingSession,
  type SessionState,
  type TuningSession,
} from "../../session/state.ts";
import type {
  ApprovalContext,
  LockedTestContext,
  ReviewContext,
  TaskContext,
  TrainingContext,
} from "../../session/work-context.ts";
import { hasSameReturns, readPosterior } from "../published-posterior.ts";

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
  if (state === null) return null;
  if (event.type === "ModelTrained") return findEffectsFault(keys, state, event.data);
  if (event.type !== "ProposalCleared") return null;
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
    if (found.methodology_digest !== methodology_digest) return "another methodology was cleared";
    const pinned = findPinnedData(state);
    // Clearances of sessions from before the pin name no data.
    if (pinned === null || (state.data_digest === null && found.data_digest === undefined)) {
      return null;
    }
    return found.data_digest === pinned ? null : "cleared for other data";
  } catch (error) {
    return describeError(error);
  }
}

/** Returns count only with the trainer's signature over exactly these, for exactly this model. */
function findEffectsFault(
  keys: Keys,
  { baseline, spec_digest, work_item }: SessionState,
  trained: EventData<"ModelTrained">,
): string | null {
  const { posterior, posterior_digest, posterior_signature, data_digest } = trained;
  const pinned = baseline?.trained ?? null;
  if (posterior_digest === null) {
    return pinned?.posterior_digest === undefined || pinned.posterior_digest === null
      ? null
      : "the model names no posterior, and the baseline has one";
  }
  const text = posterior ?? pinned?.posterior ?? null;
  if (text === null) return "neither the model nor the baseline holds a posterior";
  const candidate = work_item?.candidate ?? null;
  if (candidate === null || spec_digest === null) return "no proposal is being trained";
  if (computeSha256(text) !== posterior_digest) return "the posterior is not the one of its digest";
  if (!hasSameReturns(readPosterior(text), trained))
    return "returns are not those of the posterior";
  try {
    verifyEffects(posterior_signature, keys.guard, {
      methodology_digest: candidate.methodology_digest,
      data_digest,
      spec_digest,
      posterior_digest,
    });
    return null;
  } catch (error) {
    return describeError(error);
  }
}

/** The seal of a chain head. */
export function signHead(
  keys: Keys,
  head: { session: string; seq: number; head: string },
  data: string | null,
): string {
  return signSeal({ ...head, ...nameData(data) }, keys.coordinator);
}

/** What goes beside a command, from the state after it. */
export function createAttachments(keys: Keys, state: SessionState, event: Event): Attachments {
  const wanted: readonly Attachment[] = COMMANDS[event.type]?.attach ?? [];
  const found: Record<string, string> = {};
  for (const name of wanted) {
    found[name] = MAKERS[name](keys, state, event);
  }
  return found;
}

type Maker = (keys: Keys, state: SessionState, event: Event) => string;

const MAKERS: Readonly<Record<Attachment, Maker>> = {
  warrant: (keys, state, event) => signWarrant(createWarrant(state, event), keys.coordinator),
  config: (_keys, state, event) => selectModelToTrain(state, event).config,
  clearance: (_keys, state, event) => selectModelToTrain(state, event).clearance,
  context: (_keys, state, event) => JSON.stringify(createAttachedContext(state, event)),
};

/** What is to be trained: the candidate, or what is in force at the end. */
function selectModelToTrain(state: SessionState, event: Event): Candidate {
  if (event.type === "LockedTestRequested") return requireClosing(state).accepted;
  const candidate = state.work_item?.candidate ?? null;
  if (candidate !== null) return candidate;
  throw new MmmError("internal", `session ${state.session} asks to train what is not there`);
}

function createWarrant(state: SessionState, event: Event): Warrant {
  const { work_item, attempt } = event.data as { work_item: string; attempt: number };
  const { session, iteration } = state;
  const constraints = toWarrantConstraints(state.constraints);
  const data = nameData(findPinnedData(state));
  const about = { session, work_item, attempt, iteration, constraints, ...data };
  const pinned = state.pinned_text;
  if (work_item === BASELINE_ITEM) {
    return { ...about, baseline: pinned || state.baseline_text, base: state.baseline_text };
  }
  const { baseline, accepted } = requireTuning(state);
  return { ...about, baseline: pinned || baseline.config, base: accepted.config };
}

/** The data's digest as tokens carry it: older sessions' tokens name none. */
function nameData(digest: string | null): { data_digest?: string } {
  return digest === null || !/^[0-9a-f]{64}$/.test(digest) ? {} : { data_digest: digest };
}

function createAttachedContext(
  state: SessionState,
  event: Event,
): TaskContext | ReviewContext | ApprovalContext | TrainingContext | LockedTestContext {
  if (event.type === "ReviewRequested") return createReviewContext(requireTuning(state));
  if (event.type === "ApprovalRequested") return createApprovalContext(requireClosing(state));
  if (event.type === "LockedTestRequested") return createLockedTestContext(requireClosing(state));
  if (event.type === "TrainingRequested") return createTrainingContext(state);
  const { context_text, accepted } = requireTuning(state);
  return { business_context: context_text, trained: accepted.trained };
}

function createReviewContext(state: TuningSession): ReviewContext {
  const { config, trained } = requireTrained(requireItem(state));
  const baseline = state.baseline.trained;
  return { business_context: state.context_text, config, candidate: trained, baseline };
}

function createLockedTestContext(state: ClosingSession): LockedTestContext {
  return { proposal: state.accepted.proposal, ...createTrainingContext(state) };
}

function createTrainingContext({ baseline }: SessionState): TrainingContext {
  return {
    baseline_proposal: baseline?.proposal ?? "",
    baseline_config: baseline?.config ?? "",
    baseline_clearance: baseline?.clearance ?? "",
  };
}

function createApprovalContext(state: ClosingSession): ApprovalContext {
  const { accepted, baseline } = state;
  return {
    business_context: state.context_text,
    config: accepted.config,
    baseline: baseline.trained,
    final: accepted.trained,
    locked_test: state.locked_test,
    methodology_unchanged: baseline.methodology_digest === accepted.methodology_digest,
    convergence: state.convergence,
    convergence_threshold: state.limits.convergence_threshold,
    counters: state.counters,
  };
}
