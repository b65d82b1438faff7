/**
 * Whether published returns still hold when they are estimated anew with the new weeks.
 *
 * 1. A shift within the published interval is none: nothing was learnt that was not allowed for.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { takeFirstPeriods } from "../data/dataset.ts";
import { estimateEffects } from "../effects.ts";
import { toFiniteOrNull } from "../numbers.ts";
import type { Interval } from "../posterior/summaries.ts";
import type { ChanceLimit } from "./chance-limits.ts";
import { createDriftFigure, type DriftFigure } from "./drift-figure.ts";

/** Median ROI by channel with its 90 % interval; without one where only the median is known. */
export type PublishedReturns = Readonly<Record<string, Partial<Interval> & { median: number }>>;

export interface ReturnsAround {
  readonly deployed: PublishedReturns;
  readonly renewed: PublishedReturns;
}

/** ROI as published, else on all weeks up to deployment, and on all weeks up to now. */
export function estimateAround(
  dataset: Dataset,
  config: ModelConfig,
  { periods, published }: { periods: number; published: PublishedReturns | null },
): ReturnsAround {
  const unlocked = { ...config, evaluation: { ...config.evaluation, locked_test_weeks: 0 } };
  const estimate = (data: Dataset): PublishedReturns =>
    Object.fromEntries(
      Object.entries(estimateEffects(data, unlocked).summary.channels).map(([name, { roi }]) => [
        name,
        roi,
      ]),
    );
  return {
    deployed: published ?? estimate(takeFirstPeriods(dataset, periods)),
    renewed: estimate(dataset),
  };
}

/** A shift counts where the new median has left the published interval: within it, nothing was learnt. */
export function computeRoiFigures(
  { deployed, renewed }: ReturnsAround,
  bound: number,
): DriftFigure[] {
  return Object.entries(deployed).map(([channel, before]) => {
    const after = renewed[channel] ?? null;
    const shift =
      after === null ? null : toFiniteOrNull((after.median - before.median) / before.median);
    const note = "relative change of the published ROI with the new weeks";
    return createDriftFigure("roi_shift", shift, bound, {
      note,
      channel,
      chance: limitShift(before, after),
    });
  });
}

/** Warn outside the published interval; roll back where both intervals no longer meet. */
function limitShift(
  before: PublishedReturns[string],
  after: PublishedReturns[string] | null,
): ChanceLimit | null {
  const { low = before.median, high = before.median, median } = before;
  if (after === null || !(median > 0)) return null;
  const warn_above = after.median > median ? high / median - 1 : 1 - low / median;
  const apart = (after.low ?? after.median) > high || (after.high ?? after.median) < low;
  return { warn_above, rollback_above: apart ? warn_above : Number.MAX_VALUE };
}
