/**
 * Response curves: what a channel would bring at other spends, with today's flighting.
 */

import { computeResponseAt } from "./attribution.ts";
import type { ModelConfig } from "../config.ts";
import { fitConfiguration } from "./contributions.ts";
import type { Dataset } from "../data/dataset.ts";
import { ModelError } from "../errors.ts";
import { toFiniteOrNull, sum } from "../numbers.ts";

const MULTIPLIERS_DEFAULT = Array.from({ length: 31 }, (_, step) => step / 10);

export interface ResponseCurve {
  readonly channel: string;
  readonly spend_today: number;
  readonly points: readonly {
    readonly multiplier: number;
    readonly spend: number;
    readonly response: number;
    /** Response to one more unit of spend. */
    readonly marginal: number | null;
  }[];
}

/**
 * Curves of the asked channels (all when none is named) over the training window.
 *
 * @throws ModelError `parameters_invalid` for a channel that is not in the model.
 */
export function computeResponseCurves(
  dataset: Dataset,
  config: ModelConfig,
  options: { channels?: readonly string[]; multipliers?: readonly number[] } = {},
): ResponseCurve[] {
  const fits = fitConfiguration(dataset, config);
  const multipliers = options.multipliers ?? MULTIPLIERS_DEFAULT;
  const names = options.channels ?? config.channels.map((channel) => channel.name);
  return names.map((name) => {
    const index = config.channels.findIndex((channel) => channel.name === name);
    if (index < 0) {
      throw new ModelError("parameters_invalid", `There is no channel "${name}" in the model`, {
        channel: name,
      });
    }
    const spend = sum(
      fits.map((fit) => sum(fit.problem.dataset.channels[index]?.spend ?? [], 0, fit.trainRows)),
    );
    const response = (multiplier: number): number =>
      sum(fits.map((fit) => computeResponseAt(fit, index, multiplier)));
    return {
      channel: name,
      spend_today: spend,
      points: multipliers.map((multiplier) => ({
        multiplier,
        spend: multiplier * spend,
        response: response(multiplier),
        marginal: toFiniteOrNull(
          (response(multiplier + 1e-4) - response(multiplier)) / (1e-4 * spend),
        ),
      })),
    };
  });
}
