/**
 * What a flag is: one finding about the data or the posterior, with the figures it rests on.
 *
 * 1. Every check gives a flag for everything it looked at, raised or not, so that what was not found
 *    is as visible as what was.
 * 2. Only a raised flag whose code `stops` speaks against moving budget; the others inform.
 */

export type FlagCode =
  | "placebo_in_time"
  | "spend_follows_demand"
  | "channels_inseparable"
  | "hidden_confounder"
  | "nothing_learnt"
  | "not_recovered"
  | "unstable"
  | "forms_disagree";

export interface Flag {
  readonly code: FlagCode;
  /** Whom it speaks of, the channel in question first; empty for the model as a whole. */
  readonly channels: readonly string[];
  readonly raised: boolean;
  /** The figure that is compared, and what it is compared with. */
  readonly value: number;
  readonly limit: number;
  /** Further figures by name. */
  readonly figures: Readonly<Record<string, number>>;
  /** One sentence: what was found and what it means. */
  readonly message: string;
}

/** Which codes stop budget use; measured in docs/DECISION.md. */
export const STOPS: Readonly<Record<FlagCode, boolean>> = {
  placebo_in_time: true,
  spend_follows_demand: true,
  forms_disagree: true,
  unstable: false,
  not_recovered: false,
  channels_inseparable: false,
  nothing_learnt: false,
  hidden_confounder: false,
};

/** Raised flags that speak against moving budget. */
export function listStops(flags: readonly Flag[]): Flag[] {
  return flags.filter(({ raised, code }) => raised && STOPS[code]);
}

/** A number for sentences: three figures. */
export function formatFigure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "unknown";
}
