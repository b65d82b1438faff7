/**
 * A history against the code: are the coordinator's events what `decide` makes of the others?
 *
 * I1. Pure: the same history gives the same answer, and nothing is written anywhere.
 */
import { toCanonicalJson } from "../schemas/canonical.ts";
import type { Event, Recorded } from "../schemas/event.ts";
import { decide } from "./decide.ts";
import { evolve } from "./evolve.ts";
import type { SessionState } from "./state.ts";

export interface Difference {
  readonly seq: number;
  readonly recorded: string;
  readonly derived: string;
}

type FaultOf = (state: SessionState | null, event: Recorded) => string | null;

/** Events whose cause is not in the history: what was refused is not recorded itself. */
const NOT_DERIVED: ReadonlySet<string> = new Set([
  "OutcomeRefused",
  "DecisionRefused",
  "SessionSealed",
]);

/** The first event that today's code would not have recorded; null when all follow. */
export function findFirstDifference(
  events: readonly Recorded[],
  faultOf: FaultOf,
): Difference | null {
  let state: SessionState | null = null;
  let expected: Event[] = [];
  for (const [index, event] of events.entries()) {
    const seq = index + 1;
    if (!NOT_DERIVED.has(event.type)) {
      if (expected.length === 0) {
        const evidence = { signatureFault: faultOf(state, event), now: event.envelope.time };
        expected = [...decide(state, event, evidence)];
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
  return `${event.type} ${toCanonicalJson(event.data)}`;
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
