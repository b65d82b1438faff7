/**
 * What stands in a cell that has no value, and what says yes or no, as tools and languages write it.
 */

const MISSING = new Set([
  "",
  "na",
  "n/a",
  "#n/a",
  "#n/v",
  "#nv",
  "#n.v.",
  "nan",
  "-nan",
  "nat",
  "null",
  "none",
  "nil",
  "<na>",
  "\\n",
  "-",
  "–",
  "—",
  "--",
  ".",
  "?",
  "missing",
  "n.a.",
  "n.d.",
  "nd",
  "k.a.",
  "k. a.",
  "s.o.",
  "(null)",
  "(blank)",
  "#div/0!",
  "#ref!",
  "#value!",
  "#name?",
  "#num!",
  "#null!",
  "#wert!",
  "#bezug!",
  "#zahl!",
  "#valeur!",
  "#valor!",
]);

const FLAGS: ReadonlyMap<string, 0 | 1> = new Map([
  ...[
    "true",
    "yes",
    "y",
    "t",
    "ja",
    "j",
    "wahr",
    "vrai",
    "oui",
    "o",
    "verdadero",
    "sí",
    "si",
    "s",
  ].map((word) => [word, 1] as const),
  ...["false", "no", "n", "f", "nein", "falsch", "faux", "non", "falso"].map(
    (word) => [word, 0] as const,
  ),
]);

/** Whether a trimmed cell says that there is no value. */
export function isMissing(text: string): boolean {
  return text.length < 10 && MISSING.has(text.toLowerCase());
}

/** 1 or 0 of a yes or no; null for anything else. */
export function readFlag(text: string): 0 | 1 | null {
  return text.length < 10 ? (FLAGS.get(text.toLowerCase()) ?? null) : null;
}
