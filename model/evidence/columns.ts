/**
 * Target and exposures as plain columns for regressions.
 *
 * Rows stand geo by geo without filling (`regression.ts`).
 */

import type { ChannelInput, PosteriorInputs } from "../posterior/inputs.ts";

/** Decays per week at which a channel's current effect is allowed for. */
const WEEKLY_DECAYS: readonly number[] = [0, 0.4, 0.75];

/** The target of the training rows over its geo's mean. */
export function readTarget({ geos, periods, width, target }: PosteriorInputs): Float64Array {
  const out = new Float64Array(geos * periods);
  for (let geo = 0; geo < geos; geo += 1) {
    out.set(target.subarray(geo * width, geo * width + periods), geo * periods);
  }
  return out;
}

/** Scaled exposure of the training periods, `ahead` periods later. */
export function readExposure(
  { geos, periods, periodsAll }: PosteriorInputs,
  { exposure }: ChannelInput,
  ahead = 0,
): Float64Array {
  const out = new Float64Array(geos * periods);
  for (let geo = 0; geo < geos; geo += 1) {
    const first = geo * periodsAll + ahead;
    const last = Math.min(first + periods, (geo + 1) * periodsAll);
    out.set(exposure.subarray(first, last), geo * periods);
  }
  return out;
}

/** Geometric carryover geo by geo, of mean 1 for a mean exposure of 1. */
export function carryExposure(values: Float64Array, geos: number, decay: number): Float64Array {
  const periods = values.length / geos;
  const out = new Float64Array(values.length);
  for (let geo = 0; geo < geos; geo += 1) {
    let carried = 0;
    for (let row = geo * periods; row < (geo + 1) * periods; row += 1) {
      carried = decay * carried + (1 - decay) * (values[row] as number);
      out[row] = carried;
    }
  }
  return out;
}

/** Concave in mean exposures, as most saturations are around today's spend. */
export function saturate(values: Float64Array): Float64Array {
  return values.map((value) => value / (1 + value));
}

/** Every channel's current effect at three carryovers. */
export function listCurrentEffects(inputs: PosteriorInputs): Float64Array[] {
  return inputs.channels.flatMap((channel) => {
    const exposure = readExposure(inputs, channel);
    return WEEKLY_DECAYS.map((decay) =>
      saturate(carryExposure(exposure, inputs.geos, decay ** (1 / inputs.periodsPerWeek))),
    );
  });
}

/** Columns of one geo's periods as columns of their own in every geo. */
export function spreadOverGeos(
  columns: readonly Float64Array[],
  { geos, periods }: Pick<PosteriorInputs, "geos" | "periods">,
): Float64Array[] {
  return Array.from({ length: geos }, (_, geo) =>
    columns.map((own) => {
      const column = new Float64Array(geos * periods);
      column.set(own, geo * periods);
      return column;
    }),
  ).flat();
}
