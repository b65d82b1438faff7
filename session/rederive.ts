/**
 * A history against the code: are the coordinator's events what `decide` makes of the others?
 *
 * I1. Pure: the same history gives the same answer, and nothing is written anywhere.
 * I2. A session is derived by the rules of its own version, never by today's for want of them.
 */
import { toCanonicalJson } from "../schemas/canonical.ts";
import type { Event, Recorded } from "../schemas/event.ts";
import { withoutDefaults } from "../schemas/written-data.ts";
import { decide } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { FIRST_LOGIC, hasRules, describeUnknownRules } from "./logic.ts";
import type { SessionState } from "./state.ts";

export interface Difference {
  readonly seq: number;
  readonly recorded: string;
  readonly derived: string;
}

/** What deriving a history again came to. */
export type Rederivation =
  | { readonly kind: "follows"; readonly logicVersion: number; readonly records: number }
  | { readonly kind: "differs"; readonly logicVersion: number; readonly difference: Difference }
  /** From the event `seq` on nothing can be derived: the program has not got the rules. */
  | {
      readonly kind: "not_derivable";
      readonly logicVersion: number;
      readonly seq: number;
      readonly reason: string;
    };

type FindFault = (state: SessionState | null, event: Recorded) => string | null;

/** Events whose cause is not in the history: what was refused is not recorded itself. */
const NOT_DERIVED: ReadonlySet<string> = new Set([
  "OutcomeRefused",
  "DecisionRefused",
  "SessionSealed",
]);

/**
 * Derives every decision of a session's history once more, by the rules that its SessionStarted names;
 * `findFault` says why an event's signature does not hold, null when it does.
 */
export function rederive(events: readonly Recorded[], findFault: FindFault): Rederivation {
  const started = events.findIndex((event) => event.type === "SessionStarted");
  const logicVersion = readLogicVersion(events[started]);
  if (!hasRules(logicVersion)) {
    const reason = describeUnknownRules(logicVersion);
    return { kind: "not_derivable", logicVersion, seq: started + 1, reason };
  }
  const difference = findFirstDifference(events, { findFault, logicVersion });
  return difference === null
    ? { kind: "follows", logicVersion, records: events.length }
    : { kind: "differs", logicVersion, difference };
}

function readLogicVersion(started: Recorded | undefined): number {
  return started?.type === "SessionStarted" ? started.data.logic_version : FIRST_LOGIC;
}

/** The first event that the rules would not have recorded; null when all follow. */
function findFirstDifference(
  events: readonly Recorded[],
  by: { readonly findFault: FindFault; readonly logicVersion: number },
): Difference | null {
  let state: SessionState | null = null;
  let expected: Event[] = [];
  for (const [index, event] of events.entries()) {
    const seq = index + 1;
    if (!NOT_DERIVED.has(event.type)) {
      if (expected.length === 0) {
        const signatureFault = by.findFault(state, event);
        const envelope = (at: number) => events[index + at]?.envelope ?? event.envelope;
        const evidence = { signatureFault, envelope, logicVersion: by.logicVersion };
        expected = decide(state, event, evidence).map((step) => step.event);
      }
      const next = expected.shift();
      const derived = next === undefined ? "nothing" : formatEvent(next);
      if (derived !== formatEvent(event))
        return { seq, ...truncateDifference(formatEvent(event), derived) };
    }
    state = evolve(state, event);
  }
  const missing = expected[0];
  if (missing === undefined) return null;
  return { seq: events.length + 1, recorded: "nothing", derived: missing.type };
}

function formatEvent(event: Event): string {
  return `${event.type} ${toCanonicalJson(withoutDefaults(event.type, event.data))}`;
}

const SHOWN_CHARS = 120;

/** Both texts from shortly before where they part. */
function truncateDifference(
  recorded: string,
  derived: string,
): { recorded: string; derived: string } {
  let at = 0;
  while (at < recorded.length && recorded[at] === derived[at]) at += 1;
  const from = Math.max(0, at - SHOWN_CHARS / 2);
  const cut = (text: string) => `${text.split(" ")[0]} …${text.slice(from, from + SHOWN_CHARS)}…`;
  return { recorded: cut(recorded), derived: cut(derived) };
}
