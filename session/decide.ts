/**
 * `decide`: what a session makes of one event from its inbox. Pure: state, event and evidence
 * in, history events with the states after them out.
 *
 * I1. An event that was folded in before gives nothing: a step done twice counts once.
 * I2. An outcome that is not awaited, or whose digests or signatures do not fit, changes nothing
 *     but is recorded (OutcomeRefused), a bounded number of times.
 * I3. The first event returned is the inbox event itself; the rest follow from it, in order, each
 *     folded once.
 * I4. A step that does not come to an end is an error, never a cut step.
 */
import { MmmError } from "../schemas/errors.ts";
import type { Envelope, Event, EventData, Recorded } from "../schemas/event.ts";
import { evolve } from "./evolve.ts";
import { CURRENT_LOGIC, requireRules } from "./logic.ts";
import type { Reaction, Rules } from "./rules.ts";
import { findRefusalReason } from "./admission.ts";
import { hasSeen, REFUSED_OUTCOMES_MAX, type SessionState } from "./state.ts";

/** What the outside found out about an event before the session sees it, and lends to the decision. */
export interface Evidence {
  /** Null when every signature the event needs is valid, else why not. */
  readonly signatureFault: string | null;
  /** Envelope of the `index`-th event of this step, where it is not the inbox event itself. */
  readonly envelope: (index: number) => Envelope;
  /** The rules of a session that begins with this event: today's, unless it is a replay. */
  readonly logicVersion?: number;
}

/** One event for the history, and the session after it. */
export interface Step {
  readonly event: Recorded;
  /** True for the inbox event itself, which keeps its envelope. */
  readonly isEcho: boolean;
  readonly after: SessionState;
}

/** Events of one step at the most, the inbox event among them. */
export const STEP_EVENTS_MAX = 16;

/**
 * Events for the history, the inbox event first, each with the state after it; empty when nothing is
 * to be recorded. Throws `logic_unknown` for a session whose rules this program does not have.
 */
export function decide(
  state: SessionState | null,
  event: Recorded,
  evidence: Evidence,
): readonly Step[] {
  if (event.type === "OperatorActed") return hasSeenEvent(state, event) ? [] : [echo(state, event)];
  if (state === null) {
    if (event.type !== "SessionRequested") return [];
    const rules = requireRules(evidence.logicVersion ?? CURRENT_LOGIC);
    return followThrough(null, event, { rules, envelope: evidence.envelope });
  }
  if (hasSeenEvent(state, event)) return [];
  const rules = requireRules(state.logic_version);
  const refusal = evidence.signatureFault ?? findRefusalReason(state, event, rules.checks);
  if (refusal !== null) return refuseEvent(state, event, refusal, evidence);
  return followThrough(state, event, { rules, envelope: evidence.envelope });
}

function hasSeenEvent(state: SessionState | null, event: Recorded): boolean {
  return state !== null && hasSeen(state, event.envelope.id);
}

/** The inbox event as the history has it: without what travelled beside it. */
function echo(state: SessionState | null, event: Recorded): Step {
  const withoutEnvelope = { ...event, attachments: {} } as Recorded;
  return { event: withoutEnvelope, isEcho: true, after: evolve(state, withoutEnvelope) };
}

function made(state: SessionState, event: Event, envelope: Envelope): Step {
  const recorded = { ...event, envelope, attachments: {} } as Recorded;
  return { event: recorded, isEcho: false, after: evolve(state, recorded) };
}

/**
 * The event and all that follows from it by these rules. Throws `internal` when that does not come to
 * an end within `STEP_EVENTS_MAX` events.
 */
export function followThrough(
  before: SessionState | null,
  event: Recorded,
  by: { readonly rules: Rules; readonly envelope: Evidence["envelope"] },
): readonly Step[] {
  const { rules } = by;
  const first = echo(before, event);
  const steps = [first];
  const queue = [...reactTo(first, before, rules)];
  // Some reactions depend on the state after the reactions before them: fold as they come.
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (steps.length >= STEP_EVENTS_MAX) throw new MmmError("internal", endless(event));
    const { after: state } = steps.at(-1) ?? first;
    const step = made(state, next, by.envelope(steps.length));
    steps.push(step);
    if (OWN_REACTIONS.has(next.type)) queue.push(...reactTo(step, state, rules));
  }
  return steps;
}

function reactTo(step: Step, before: SessionState | null, rules: Rules): readonly Event[] {
  const react = rules.reactions[step.event.type] as Reaction | undefined;
  return react?.(step.after, step.event.data as never, { before, rules }) ?? [];
}

function endless({ type, envelope }: Recorded): string {
  return `${type} of session ${envelope.session} leads to more than ${STEP_EVENTS_MAX} events; nothing of it was recorded`;
}

/** Coordinator events that themselves lead on (an iteration's end to the next task). */
const OWN_REACTIONS: ReadonlySet<string> = new Set(["IterationCompleted", "ProposalRejected"]);

function refuseEvent(
  state: SessionState,
  event: Recorded,
  reason: string,
  evidence: Evidence,
): readonly Step[] {
  const refusal = createRefusalEvent(state, event, reason);
  return refusal === null ? [] : [made(state, refusal, evidence.envelope(0))];
}

function createRefusalEvent(state: SessionState, event: Recorded, reason: string): Event | null {
  if (event.type === "HumanDecided") return refuseDecision(event.data, reason);
  if (state.counters.refused_outcomes >= REFUSED_OUTCOMES_MAX) return null;
  const data = {
    event_type: event.type,
    event_id: event.envelope.id,
    code: "not_admitted",
    reason,
  };
  return { type: "OutcomeRefused", data };
}

function refuseDecision(data: EventData<"HumanDecided">, reason: string): Event {
  return {
    type: "DecisionRefused",
    data: { escalation: data.escalation, decided_by: data.decided_by, reason },
  };
}
