/**
 * Short posteriors for comparisons: other priors, other forms, earlier ends, simulated targets.
 *
 * 1. A refit never reads rows that the first posterior did not.
 * 2. Deterministic in the seed.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { centreShares } from "../posterior/coordinates.ts";
import { createDensity } from "../posterior/density.ts";
import { keepDraws } from "../posterior/draws.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import { prepareInputs } from "../posterior/inputs.ts";
import type { Priors } from "../posterior/priors.ts";
import type { Profile } from "../posterior/profile.ts";
import type { Responses } from "../posterior/responses.ts";
import { computeResponses } from "../posterior/responses.ts";
import { sampleDensity } from "../posterior/sampler.ts";

export interface RefitSettings {
  readonly seed: number;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
}

export const SHORT_RUN: Omit<RefitSettings, "seed"> = { chains: 2, warmup: 160, draws: 150 };
const KEPT = 400;

/** Figures per draw of a short run. */
export function refitInputs(inputs: PosteriorInputs, settings: RefitSettings): Responses {
  const density = createDensity(inputs);
  const sampled = sampleDensity(centreShares(inputs, density), settings);
  const draws = keepDraws(sampled, density.layout.names, KEPT);
  return computeResponses(inputs, draws, density);
}

/** The same data under another form. */
export function refitForm(
  dataset: Dataset,
  config: ModelConfig,
  { priors, profile, ...settings }: RefitSettings & { priors: Priors; profile: Profile },
): Responses {
  return refitInputs(prepareInputs(dataset, config, { priors, profile }), settings);
}

/** As it would have been some weeks earlier. */
export function refitEarlier(
  dataset: Dataset,
  config: ModelConfig,
  context: RefitSettings & { priors: Priors; profile: Profile; weeks: number },
): Responses {
  const locked = config.evaluation.locked_test_weeks + context.weeks;
  const earlier = { ...config, evaluation: { ...config.evaluation, locked_test_weeks: locked } };
  return refitForm(dataset, earlier, context);
}
