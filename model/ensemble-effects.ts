/**
 * Responses under refits of the ridge model (`uncertainty.ts`), in the posterior's form.
 *
 * 1. Fixed seed and number of draws: the same data and methodology have the same draws.
 */

import {
  computeChannelAttribution,
  computeContributionRows,
  computeResponseAt,
} from "./fit/attribution.ts";
import type { ModelConfig } from "./config.ts";
import type { Dataset } from "./data/dataset.ts";
import type { WindowFit } from "./fit/fit.ts";
import { sum } from "./numbers.ts";
import type { ChannelResponses, Responses } from "./posterior/responses.ts";
import { MULTIPLIERS } from "./posterior/responses.ts";
import { drawFits } from "./search/uncertainty.ts";

const SEED = 1;
const DRAWS = 200;

type Refits = readonly (readonly WindowFit[])[];

export function drawEnsembleResponses(dataset: Dataset, config: ModelConfig): Responses {
  const refits = drawFits(dataset, config, { seed: SEED, draws: DRAWS });
  const weeklyFitted = meanByPeriod(refits, (fit) => fit.fitted);
  const channels = config.channels.flatMap(({ name }, channel) => {
    const { spend } = computeChannelAttribution(refits[0] ?? [], channel);
    return spend > 0 ? [channelResponses(refits, { name, channel, spend })] : [];
  });
  const targetTotal = sum(weeklyFitted);
  const mediaTotal = Float64Array.from(refits, (_, draw) =>
    sum(channels.map(({ contribution }) => contribution[draw] ?? 0)),
  );
  return {
    count: refits.length,
    targetTotal,
    channels,
    mediaTotal,
    baselineTotal: mediaTotal.map((media) => targetTotal - media),
    weeklyBaseline: weeklyFitted.map(
      (value, period) => value - sum(channels.map(({ weekly }) => weekly[period] ?? 0)),
    ),
    weeklyFitted,
  };
}

function channelResponses(
  refits: Refits,
  { name, channel, spend }: { name: string; channel: number; spend: number },
): ChannelResponses {
  const rows = refits.map((fits) => computeChannelAttribution(fits, channel));
  const contribution = Float64Array.from(rows, (row) => row.contribution);
  return {
    name,
    spend,
    contribution,
    roi: contribution.map((value) => value / spend),
    mroi: Float64Array.from(rows, (row) => row.mroi ?? 0),
    halfLifeWeeks: Float64Array.from(rows, (row) => row.half_life_weeks),
    curves: Float64Array.from(
      refits.flatMap((fits) =>
        MULTIPLIERS.map((multiplier) =>
          sum(fits.map((fit) => computeResponseAt(fit, channel, multiplier))),
        ),
      ),
    ),
    weekly: meanByPeriod(refits, (fit) => computeContributionRows(fit, channel)),
  };
}

/** Rows added up over geos to periods, averaged over the draws. */
function meanByPeriod(refits: Refits, rows: (fit: WindowFit) => Float64Array): Float64Array {
  const periods = refits[0]?.[0]?.problem.windows.trainingEnd ?? 0;
  const means = new Float64Array(periods);
  for (const draw of refits) {
    for (const fit of draw) {
      const values = rows(fit);
      for (let row = 0; row < fit.trainRows; row += 1) {
        const period = Math.floor(row / fit.problem.stride);
        means[period] = (means[period] ?? 0) + (values[row] ?? 0) / refits.length;
      }
    }
  }
  return means;
}
