/**
 * Intervals of the forecast model's own parameters beside those of its returns: what the coverage bench
 * holds against a known truth. The product publishes intervals of effects alone (`model/effects.ts`).
 */
import { computeChannelAttribution } from "../model/fit/attribution.ts";
import type { ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/data/dataset.ts";
import type { WindowFit } from "../model/fit/fit.ts";
import { computeQuantile } from "../model/numbers.ts";
import { drawFits } from "../model/search/uncertainty.ts";

const DRAWS = 200;

export interface Ends {
  readonly low: number;
  readonly high: number;
}

export type ParameterIntervals = Readonly<
  Record<"decay" | "alpha" | "gamma" | "coefficient" | "roi" | "mroi", Ends>
>;

/** 90 % intervals per channel. */
export function parameterIntervals(
  dataset: Dataset,
  config: ModelConfig,
  seed: number,
): Readonly<Record<string, ParameterIntervals>> {
  const draws = drawFits(dataset, config, { seed, draws: DRAWS });
  const ends = (figure: (fits: readonly WindowFit[]) => number): Ends => {
    const values = draws.map(figure);
    return { low: computeQuantile(values, 0.05), high: computeQuantile(values, 0.95) };
  };
  const parameter = (index: number): Ends => ends((fits) => fits[0]?.parameters[index] ?? 0);
  return Object.fromEntries(
    config.channels.map(({ name }, channel) => [
      name,
      {
        decay: parameter(channel * 3),
        alpha: parameter(channel * 3 + 1),
        gamma: parameter(channel * 3 + 2),
        coefficient: ends((fits) => fits[0]?.beta[channel] ?? 0),
        roi: ends((fits) => computeChannelAttribution(fits, channel).roi ?? 0),
        mroi: ends((fits) => computeChannelAttribution(fits, channel).mroi ?? 0),
      },
    ]),
  );
}
