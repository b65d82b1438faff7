/**
 * Which column is to be explained.
 *
 * I1. A name that is one for revenue wins over units, units over a general word, that over profit.
 * I2. Without such a name it is a guess by size, and says so.
 */
import type { TableColumn } from "../table.ts";
import { spellName } from "./names.ts";
import {
  CONTROL_WORDS,
  EVENT_WORDS,
  findWord,
  OUTCOME_WORDS,
  type OutcomeKind,
  RATE_WORDS,
} from "./words.ts";

export interface TargetChoice {
  readonly column: string;
  readonly outcome: OutcomeKind;
  readonly candidates: readonly string[];
  readonly why: string;
  readonly sure: boolean;
}

/** The column that is explained: the asked one, else by name, else by size; null without numbers. */
export function chooseTarget(
  open: readonly TableColumn[],
  asked: string | undefined,
): TargetChoice | null {
  const numeric = open.filter(({ kind }) => kind === "number");
  const rows = numeric.flatMap(({ name, missing }) => {
    const outcome = findOutcome(spellName(name));
    return outcome === null ? [] : [{ name, outcome, missing }];
  });
  const order: readonly OutcomeKind[] = ["revenue", "units", "unknown", "profit"];
  const ranked = rows.toSorted(
    (a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || a.missing - b.missing,
  );
  const candidates = ranked.map(({ name }) => name);
  const named = numeric.find(({ name }) => name === asked);
  if (named !== undefined) {
    const outcome = findOutcome(spellName(named.name)) ?? "unknown";
    return { column: named.name, outcome, candidates, why: "you said so", sure: true };
  }
  const [first, second] = ranked;
  if (first !== undefined) {
    const sure = second === undefined || second.outcome !== first.outcome;
    const also = sure ? "" : `; ${second?.name ?? ""} could be it, too`;
    const what = first.outcome === "unknown" ? "what is explained" : first.outcome;
    const why = `its name is one for ${what}${also}`;
    return { column: first.name, outcome: first.outcome, candidates, why, sure };
  }
  return guessTargetByValues(numeric);
}

/** Without a name that says so: the column of largest numbers, which is usually money made. */
function guessTargetByValues(numeric: readonly TableColumn[]): TargetChoice | null {
  const sized = numeric
    .filter(({ name }) => !CONTROL_WORDS.test(spellName(name)))
    .map(({ name, numbers }) => ({ name, mean: computeMean(numbers?.values ?? []) }))
    .toSorted((a, b) => b.mean - a.mean);
  const [first] = sized;
  if (first === undefined) return null;
  return {
    column: first.name,
    outcome: "unknown",
    candidates: sized.slice(0, 10).map(({ name }) => name),
    why: "no name says what is sold; it has the largest numbers",
    sure: false,
  };
}

function computeMean(values: Iterable<number>): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** What kind of outcome a name is one for; null for conditions, rates and events. */
export function findOutcome(spelled: string): OutcomeKind | null {
  if (CONTROL_WORDS.test(spelled) || RATE_WORDS.test(spelled) || EVENT_WORDS.test(spelled)) {
    return null;
  }
  return findWord(OUTCOME_WORDS, spelled);
}
