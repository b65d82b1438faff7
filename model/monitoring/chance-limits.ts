/**
 * How large the figures of an unchanged process are by chance, at stated rates.
 *
 * The rates are of one check as a whole; error, bias, cumulative error and range of spend have a quarter
 * each (Bonferroni). What the formula of `block-test.ts` does not know (a level that wanders, a form that is
 * wrong) shows in the blocks that the model predicted before: where their errors were larger than the
 * formula says, limits widen by as much. The formula itself counts as two such blocks.
 *
 * 1. Limits are at or above what the formula alone gives.
 */

import type { BlockErrors } from "./block-test.ts";
import { computeFTail, computeTTail, findTailLimit } from "./tails.ts";

/** Share of checks of an unchanged process that may raise an alarm of either kind. */
export const FALSE_ALARMS = { warn: 0.05, rollback: 0.01 } as const;
const FAMILY = 4;
const FORMULA_BLOCKS = 2;

export interface ChanceLimit {
  readonly warn_above: number;
  readonly rollback_above: number;
}

/** By how much squared errors of earlier blocks exceeded the formula's, at least 1. */
export interface Excess {
  readonly failure: number;
  readonly lean: number;
}

/** Measures the excess over blocks that were predicted without having been seen. */
export function measureExcess(blocks: readonly BlockErrors[]): Excess {
  const over = (of: (block: BlockErrors) => number): number => {
    const squares = blocks.reduce((total, block) => total + Math.min(of(block), 1e6), 0);
    return Math.max(1, (FORMULA_BLOCKS + squares) / (FORMULA_BLOCKS + blocks.length));
  };
  return { failure: over((one) => one.failure), lean: over((one) => one.lean ** 2) };
}

/** Limits of mean squared, summed and cumulative standardised errors. */
export function limitBlockErrors(
  { periods, freedom }: Pick<BlockErrors, "periods" | "freedom">,
  excess: Excess,
): Readonly<Record<"failure" | "lean" | "cusum", ChanceLimit>> {
  const wide = Math.sqrt(excess.lean);
  return {
    failure: limitTail((value) => computeFTail(value / excess.failure, periods, freedom)),
    lean: limitTail((value) => computeTTail(value / wide, freedom)),
    // Two-sided supremum: at most twice the two-sided tail.
    cusum: limitTail((value) => 2 * computeTTail(value / wide, freedom)),
  };
}

function limitTail(tail: (value: number) => number): ChanceLimit {
  return {
    warn_above: findTailLimit(tail, FALSE_ALARMS.warn / FAMILY),
    rollback_above: findTailLimit(tail, FALSE_ALARMS.rollback / FAMILY),
  };
}

/**
 * Limits of the largest of `count` further exposures over the largest of those seen, from the logarithms
 * of the exposures above zero; `tests` such figures are looked at in one check.
 */
export function limitLargest(
  seen: Float64Array,
  { count, tests }: { count: number; tests: number },
): ChanceLimit {
  const logs = seen.filter((value) => value > 0).map(Math.log);
  const mean = logs.reduce((total, value) => total + value, 0) / Math.max(1, logs.length);
  const freedom = Math.max(1, logs.length - 1);
  const sd = Math.sqrt(logs.reduce((total, value) => total + (value - mean) ** 2, 0) / freedom);
  const most = logs.reduce((high, value) => Math.max(high, value), -Infinity);
  const limit = (rate: number): number => {
    const each = rate / FAMILY / Math.max(1, tests * count);
    const z = findTailLimit((value) => computeTTail(value, freedom) / 2, each);
    return Math.min(1e9, Math.max(1, Math.exp(mean + z * sd - most)));
  };
  return {
    warn_above: limit(FALSE_ALARMS.warn),
    rollback_above: limit(FALSE_ALARMS.rollback),
  };
}
