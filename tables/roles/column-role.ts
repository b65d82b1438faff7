/** The part of one column in a model, with the reason. */

export const PARTS = [
  "date",
  "geo",
  "target",
  "target_multiplier",
  "spend",
  "exposure",
  "organic",
  "control",
  "event",
  "left_out",
] as const;
export type Part = (typeof PARTS)[number];

export interface ColumnRole {
  readonly column: string;
  readonly part: Part;
  /** Name of the channel, for spend and exposure. */
  readonly channel: string | null;
  readonly why: string;
  readonly sure: boolean;
}
