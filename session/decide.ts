/**
 * `decide`: what a session makes of one event from its inbox. Pure: state, event and time in,
 * history events out.
 *
 * I1. An event that was folded in before gives nothing: a step done twice counts once.
 * I2. An outcome that is not awaited, or whose digests or signatures do not fit, changes nothing
 *     but is recorded (OutcomeRefused), a bounded number of times.
 * I3. The first event returned is the inbox event itself; the rest follow from it, in order.
 */
import type { Event, EventData, Recorded } from "../schemas/event.ts";
import { evolve } from "./evolve.ts";
import { CURRENT_LOGIC, rulesOf } from "./logic.ts";
import type { Reaction, Rules } from "./rules.ts";
import { refusalReason } from "./admission.ts";
import { hasSeen, REFUSED_OUTCOMES_MAX, type SessionState } from "./state.ts";

/** What the outside found out about an event before the session sees it. */
export interface Evidence {
  /** Null when every signature the event needs is valid, else why not. */
  readonly signatureFault: string | null;
  /** RFC 3339 time of the decision; the envelope time of the events that follow. */
  readonly now: string;
  /** The rules of a session that begins with this event: today's, unless it is a replay. */
  readonly logicVersion?: number;
}

/**
 * Events for the history, the inbox event first; empty when nothing is to be recorded. Throws
 * `logic_unknown` for a session whose rules this program does not have.
 */
export function decide(
  state: SessionState | null,
  event: Recorded,
  evidence: Evidence,
): readonly Event[] {
  if (event.type === "OperatorActed") return hasSeenEvent(state, event) ? [] : [bare(event)];
  if (state === null)
    return event.type === "SessionRequested" ? accepted(null, event, evidence) : [];
  if (hasSeenEvent(state, event)) return [];
  const refusal = evidence.signatureFault ?? refusalReason(state, event);
  if (refusal !== null) return refused(state, event, refusal);
  return accepted(state, event, evidence);
}

function hasSeenEvent(state: SessionState | null, event: Recorded): boolean {
  return state !== null && hasSeen(state, event.envelope.id);
}

function bare(event: Recorded): Event {
  return { type: event.type, data: event.data } as Event;
}

function accepted(
  state: SessionState | null,
  event: Recorded,
  evidence: Evidence,
): readonly Event[] {
  const rules = rulesOf(state?.logic_version ?? evidence.logicVersion ?? CURRENT_LOGIC);
  const after = evolve(state, event);
  const react = rules.reactions[event.type] as Reaction | undefined;
  const follow = react?.(after, event.data as never, { before: state, rules }) ?? [];
  return [bare(event), ...chase(after, { event, rules, now: evidence.now }, follow)];
}

interface Cause {
  readonly event: Recorded;
  readonly rules: Rules;
  readonly now: string;
}

/** Some reactions depend on the state after the reactions before them; fold as they come. */
function chase(state: SessionState, cause: Cause, events: readonly Event[]): readonly Event[] {
  const done: Event[] = [];
  let current = state;
  const queue = [...events];
  for (let steps = 0; queue.length > 0 && steps < 16; steps += 1) {
    const next = queue.shift() as Event;
    done.push(next);
    current = evolve(current, {
      ...next,
      envelope: { ...cause.event.envelope, time: cause.now },
      attachments: {},
    });
    const react = cause.rules.reactions[next.type] as Reaction | undefined;
    if (OWN_REACTIONS.has(next.type)) {
      const { rules } = cause;
      queue.push(...(react?.(current, next.data as never, { before: state, rules }) ?? []));
    }
  }
  return done;
}

/** Coordinator events that themselves lead on (an iteration's end to the next task). */
const OWN_REACTIONS: ReadonlySet<string> = new Set(["IterationCompleted", "ProposalRejected"]);

function refused(state: SessionState, event: Recorded, reason: string): readonly Event[] {
  if (event.type === "HumanDecided") return [decisionRefused(event.data, reason)];
  if (state.counters.refused_outcomes >= REFUSED_OUTCOMES_MAX) return [];
  const data = {
    event_type: event.type,
    event_id: event.envelope.id,
    code: "not_admitted",
    reason,
  };
  return [{ type: "OutcomeRefused", data }];
}

function decisionRefused(data: EventData<"HumanDecided">, reason: string): Event {
  return {
    type: "DecisionRefused",
    data: { escalation: data.escalation, decided_by: data.decided_by, reason },
  };
}
