/**
 * Spend, or whatever the effect is modelled on, beyond what training has seen: of each geo for itself.
 *
 * 1. Exposure where there was none is beyond any range.
 */

import type { ModelConfig } from "../config.ts";
import type { WindowFit } from "../fit/fit.ts";
import { sum, toFiniteOrNull } from "../numbers.ts";
import { type ChanceLimit, limitLargest } from "./chance-limits.ts";
import { createDriftFigure, type DriftFigure } from "./drift-figure.ts";

/** One figure a channel: the geo that is furthest beyond its limit. */
export function computeRangeFigures(
  fits: readonly WindowFit[],
  config: ModelConfig,
  bound: number,
): DriftFigure[] {
  const geos = fits.flatMap((fit) =>
    Array.from({ length: fit.problem.stride }, (_, geo) => ({ fit, geo })),
  );
  const tests = config.channels.length * geos.length;
  return config.channels.map(({ name }, index) => {
    const found = geos.map((one) => measureRange(one, index, tests));
    const fresh = found.find(({ ratio, unbounded }) => unbounded && ratio === null);
    const widest = found.reduce((most, one) =>
      exceedBy(one, bound) > exceedBy(most, bound) ? one : most,
    );
    const spent = sum(found.map(({ total }) => total));
    const { ratio, chance } = fresh ?? widest;
    return createDriftFigure("spend_range", ratio, bound, {
      note:
        fresh === undefined
          ? "largest new exposure by the largest trained"
          : `beyond the trained range: ${Number(spent.toPrecision(6))} in the new weeks, none in the weeks that trained`,
      channel: name,
      unbounded: fresh !== undefined,
      chance,
    });
  });
}

interface GeoRange {
  readonly ratio: number | null;
  /** Exposure where there was none. */
  readonly unbounded: boolean;
  readonly chance: ChanceLimit | null;
  /** Exposure in the new periods. */
  readonly total: number;
}

function exceedBy({ ratio, chance }: GeoRange, bound: number): number {
  return (ratio ?? 0) / Math.max(bound, chance?.warn_above ?? 0);
}

/** The largest new exposure of one geo by its largest trained one. */
function measureRange(
  { fit, geo }: { fit: WindowFit; geo: number },
  channel: number,
  tests: number,
): GeoRange {
  const { stride, exposures } = fit.problem;
  const all = exposures[channel] ?? new Float64Array(0);
  const own = all.filter((_, row) => row % stride === geo);
  const periods = fit.trainRows / stride;
  const [seen, fresh] = [own.subarray(0, periods), own.subarray(periods)];
  const largest = (values: Float64Array): number =>
    values.reduce((most, value) => Math.max(most, value), 0);
  const [trained, now, total] = [largest(seen), largest(fresh), sum(fresh)];
  if (trained === 0) return { ratio: now > 0 ? null : 0, unbounded: now > 0, chance: null, total };
  const chance = limitLargest(seen, { count: fresh.length, tests });
  return { ratio: toFiniteOrNull(now / trained), unbounded: false, chance, total };
}
