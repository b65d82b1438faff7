/**
 * The words of reports and tables in plain language, for `mmm explain`.
 *
 * I1. A name or another name leads to one row only.
 */
import { FIT_TERMS } from "./fit-terms.ts";
import { MODEL_TERMS } from "./model-terms.ts";
import type { Term } from "./term.ts";

/** All terms, in the order of the list. */
export const TERMS: readonly Term[] = [...FIT_TERMS, ...MODEL_TERMS].map(
  ([name, also, what, read, act, more]) => ({
    name,
    also: also.split(", "),
    what,
    read,
    act,
    more,
  }),
);

/** Letters and digits alone, small: `R-hat`, `r_hat` and `rhat` are one word. */
function normalizeTerm(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("²", "2")
    .replaceAll(/[^a-z0-9]/g, "");
}

/** The row of a term in any of its spellings; null where there is none. */
export function findTerm(text: string): Term | null {
  const wanted = normalizeTerm(text);
  const hit = (word: string): boolean => normalizeTerm(word) === wanted;
  return TERMS.find(({ name }) => hit(name)) ?? TERMS.find(({ also }) => also.some(hit)) ?? null;
}

/** Names of terms that have the text somewhere, for who typed part of one. */
export function suggestTerms(text: string): string[] {
  const wanted = normalizeTerm(text);
  if (wanted === "") return [];
  return TERMS.filter(({ name, also, what }) =>
    [name, ...also, what].some((word) => normalizeTerm(word).includes(wanted)),
  ).map(({ name }) => name);
}
