/**
 * The form of a term: what it is, how its figure is read, what to do about a bad one.
 *
 * I1. Where there is a bound in the product, the row names it.
 */

export interface Term {
  readonly name: string;
  /** Other spellings that people type. */
  readonly also: readonly string[];
  readonly what: string;
  /** How to read the figure. */
  readonly read: string;
  /** What to do where it is bad; empty for a plain word. */
  readonly act: string;
  /** Where more of it stands. */
  readonly more: string;
}

/** A term as a line of a table; other spellings with commas between them. */
export type Row = readonly [
  name: string,
  also: string,
  what: string,
  read: string,
  act: string,
  more: string,
];
