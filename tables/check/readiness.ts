/**
 * Whether a channel's effect can be told from the data at all, before any model is fitted.
 *
 * 1. `not_ready` only where no model could tell: no spend, hardly a period with it, no variation, or
 *    another channel that moves with it.
 */
import type { ColumnFigures } from "./statistics.ts";

export type Readiness = "ready" | "caution" | "not_ready";

export interface ChannelCheck {
  readonly channel: string;
  readonly spend: number;
  readonly spend_share: number;
  readonly active_periods: number;
  readonly zeros: number;
  /** Standard deviation over mean of spend per period; null without spend. */
  readonly variation: number | null;
  readonly largest: number;
  /** Dates on which spend lies far from its usual size. */
  readonly outliers: readonly string[];
  /** The channel that moves most with it. */
  readonly nearest: { readonly channel: string; readonly correlation: number } | null;
  /** Variance inflation by all other channels; null where it cannot be told. */
  readonly inflation: number | null;
  readonly readiness: Readiness;
  readonly reasons: readonly string[];
}

/** Bounds; correlations and inflation after Chan & Perry (2017) §3 and Marquardt (1970). */
const ACTIVE_LEAST = 8;
const ACTIVE_USUAL = 20;
const SAME = 0.95;
const NEAR = 0.8;
const INFLATION_MAX = 20;
const INFLATION_USUAL = 10;
const FLAT = 0.05;
const CALM = 0.2;
const SMALL_SHARE = 0.01;

export interface ChannelFacts {
  readonly channel: string;
  readonly figures: ColumnFigures;
  readonly share: number;
  readonly active: number;
  readonly outliers: readonly string[];
  readonly nearest: ChannelCheck["nearest"];
  readonly inflation: number | null;
}

/** A channel's row with its verdict and the reasons in words. */
export function judgeChannel(facts: ChannelFacts): ChannelCheck {
  const { figures } = facts;
  const blocking = listBlockingReasons(facts);
  const cautions = blocking.length > 0 ? [] : listCautionReasons(facts);
  return {
    channel: facts.channel,
    spend: figures.sum,
    spend_share: facts.share,
    active_periods: facts.active,
    zeros: figures.zeros,
    variation: figures.variation,
    largest: figures.largest,
    outliers: facts.outliers,
    nearest: facts.nearest,
    inflation:
      facts.inflation === null || Number.isFinite(facts.inflation) ? facts.inflation : null,
    readiness: blocking.length > 0 ? "not_ready" : cautions.length > 0 ? "caution" : "ready",
    reasons: [...blocking, ...cautions],
  };
}

function listBlockingReasons({ figures, active, nearest, inflation }: ChannelFacts): string[] {
  if (figures.sum === 0) return ["no spend"];
  const reasons: string[] = [];
  if (active < ACTIVE_LEAST) reasons.push(`spend in ${active} periods only`);
  if ((figures.variation ?? 0) < FLAT)
    reasons.push("spend does not vary: its effect is part of the baseline");
  const same = nearest !== null && Math.abs(nearest.correlation) >= SAME;
  if (same)
    reasons.push(
      `cannot be told from ${nearest.channel} (correlation ${nearest.correlation.toFixed(2)})`,
    );
  else if (inflation !== null && inflation >= INFLATION_MAX) {
    reasons.push("cannot be told from the other channels together");
  }
  return reasons;
}

function listCautionReasons(facts: ChannelFacts): string[] {
  const { figures, share, active, nearest, inflation } = facts;
  const reasons: string[] = [];
  if (nearest !== null && Math.abs(nearest.correlation) >= NEAR) {
    reasons.push(
      `hard to tell from ${nearest.channel} (correlation ${nearest.correlation.toFixed(2)})`,
    );
  } else if (inflation !== null && inflation >= INFLATION_USUAL) {
    reasons.push("hard to tell from the other channels together");
  }
  if (active < ACTIVE_USUAL) reasons.push(`spend in ${active} periods only`);
  if ((figures.variation ?? 0) < CALM) reasons.push("spend hardly varies");
  if (share < SMALL_SHARE) reasons.push("less than 1 % of spend");
  return reasons;
}
