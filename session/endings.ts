/**
 * Refusals, escalations and the end of a session, as events.
 *
 * I1. What an agent or a person wrote appears only escaped and length-capped.
 * I2. SessionCompleted states the methodology digests of start and end.
 */
import { sha256 } from "../schemas/canonical.ts";
import type { Event } from "../schemas/event.ts";
import type { Author } from "../schemas/parts.ts";
import { refusalCount, rungOf } from "./ladder.ts";
import { escaped } from "./quote.ts";
import { requireItem } from "./stages.ts";
import type { EndStatus, SessionState, TuningSession, WorkItem } from "./state.ts";

/** Longest quote of a proposal shown to a person. */
const QUOTE_CHARS = 2000;

/** Counts a refusal of the present attempt and names the next rung. */
export function reject(state: TuningSession, by: Author, reason: string): Event {
  const item = requireItem(state);
  const content = item.content_digest ?? sha256(contentOf(item));
  const count = refusalCount(state, item, content);
  return {
    type: "ProposalRejected",
    data: {
      work_item: item.id,
      proposal: `${item.id}.${item.attempt}`,
      content_digest: content,
      count,
      by,
      reason: escaped(reason, QUOTE_CHARS),
      next: rungOf(count),
    },
  };
}

/** What a refusal is about: the proposal, else a person's text, else just this work item. */
function contentOf(item: WorkItem): string {
  return item.raw ?? (item.author === "person" ? item.text : `nothing proposed in ${item.id}`);
}

/** Hands the work item to a person, with everything needed on one screen. */
export function escalate(state: TuningSession, reason: string): Event {
  const item = requireItem(state);
  return {
    type: "EscalationRaised",
    data: {
      escalation: `e${state.counters.escalations + 1}`,
      work_item: item.id,
      iteration: state.iteration,
      reason: escaped(reason, QUOTE_CHARS),
      proposed: escaped(item.raw ?? item.text, QUOTE_CHARS),
      violations: item.violations,
      feedback: item.feedback,
      options: ["resume", "keep_current", "abort"],
      default_choice: state.limits.person_default,
      timeout_s: state.limits.person_timeout_s,
    },
  };
}

/** The tuning is over: ask for the locked weeks, once. */
export function requestLockedTest(state: TuningSession, reason: string): Event {
  return {
    type: "LockedTestRequested",
    data: {
      final_digest: state.accepted.config_digest,
      baseline_digest: state.baseline.config_digest,
      stopped_because: reason,
    },
  };
}

/** The last event of a session before its seal. */
export function completed(state: SessionState, status: EndStatus, reason: string): Event {
  const { counters } = state;
  return {
    type: "SessionCompleted",
    data: {
      status,
      reason: escaped(reason, QUOTE_CHARS),
      methodology_digest_start: state.baseline?.methodology_digest ?? null,
      methodology_digest_end: state.accepted?.methodology_digest ?? null,
      final_digest: state.accepted?.config_digest ?? null,
      iterations: state.iteration,
      proposals_tried: counters.proposals,
      vetoes: counters.vetoes,
      rejections: counters.rejections,
      escalations: counters.escalations,
      evaluations: counters.evaluations,
    },
  };
}
