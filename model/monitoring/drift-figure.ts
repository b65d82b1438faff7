/**
 * One figure of a deployed model, and whether it is beyond its bound.
 *
 * 1. A figure is finite or null; a null one is beyond any bound where something stands over nothing.
 * 2. The bound is the larger of what was agreed and what chance brings.
 */

import type { ChanceLimit } from "./chance-limits.ts";

export interface DriftThresholds {
  readonly wmape_max: number;
  readonly bias_max?: number;
  readonly cusum_max?: number;
  readonly roi_shift_max?: number;
  readonly spend_range_max?: number;
}

export interface DriftFigure {
  readonly name: "wmape" | "bias" | "cusum" | "roi_shift" | "spend_range";
  readonly channel: string | null;
  readonly figure: number | null;
  /** Something over nothing: beyond any bound although it is no number. */
  readonly unbounded: boolean;
  readonly bound: number;
  /** What chance alone brings in a stated share of checks; null where chance has no part. */
  readonly chance: ChanceLimit | null;
  readonly breached: boolean;
  readonly note: string;
}

interface FigureContext {
  readonly note: string;
  readonly channel?: string;
  readonly unbounded?: boolean;
  readonly chance?: ChanceLimit | null;
}

/** Holds a figure against what was agreed and against chance. */
export function createDriftFigure(
  name: DriftFigure["name"],
  figure: number | null,
  agreed: number,
  { note, channel, unbounded = false, chance = null }: FigureContext,
): DriftFigure {
  const bound = Math.max(agreed, chance?.warn_above ?? 0);
  return {
    name,
    channel: channel ?? null,
    figure,
    unbounded,
    bound,
    chance,
    breached: unbounded || (figure !== null && Math.abs(figure) > bound),
    note: figure === null && !unbounded ? `${note}: undefined` : note,
  };
}
