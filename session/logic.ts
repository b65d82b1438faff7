/**
 * The versions of the rules by which sessions are decided.
 *
 * A session says in SessionStarted which version decides it, and stays with it to its end: through
 * restarts, through upgrades of the product, and on every replay for ever.
 *
 * I1. A row is never changed in what it derives. A change of what follows from an event is a new row,
 *     made from the last one, and `CURRENT_LOGIC` becomes its number (docs/RELIABILITY.md §8).
 * I2. A version without a row is not guessed at: `applyRules` refuses it by name.
 */
import { MmmError } from "../schemas/errors.ts";
import { CHECKS_V1, CHECKS_V2 } from "./admission.ts";
import { REACTIONS, REACTIONS_V2 } from "./reactions.ts";
import type { Rules } from "./rules.ts";
import { stopReasonV1, stopReasonV2 } from "./tasks.ts";

/** Histories from before SessionStarted named a version count as 1. */
export const FIRST_LOGIC = 1;

/** What sessions that start now are decided by. */
export const CURRENT_LOGIC = 2;

const VERSION_1: Rules = {
  version: 1,
  checks: CHECKS_V1,
  reactions: REACTIONS,
  stopReason: stopReasonV1,
};

const VERSION_2: Rules = {
  ...VERSION_1,
  version: 2,
  checks: CHECKS_V2,
  reactions: REACTIONS_V2,
  stopReason: stopReasonV2,
};

const VERSIONS: ReadonlyMap<number, Rules> = new Map(
  [VERSION_1, VERSION_2].map((rules) => [rules.version, rules]),
);

/** The versions that this program can decide by, oldest first. */
export const LOGIC_VERSIONS: readonly number[] = [...VERSIONS.keys()];

/** Whether this program can decide by that version. */
export function hasRules(version: number): boolean {
  return VERSIONS.has(version);
}

/** The rules of a version. Throws `logic_unknown` for one that this program does not have. */
export function rulesOf(version: number): Rules {
  const rules = VERSIONS.get(version);
  if (rules !== undefined) return rules;
  throw new MmmError("logic_unknown", unknownRules(version), { data: { version } });
}

/** What a person is told of a session by rules that this program does not have. */
export function unknownRules(version: number): string {
  return (
    `the session is decided by rules version ${version}; this program has ` +
    `${LOGIC_VERSIONS.join(", ")}: use the version of mmm that ran it, or a newer one`
  );
}
