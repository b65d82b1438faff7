/**
 * The posterior of a methodology and its data: the entrance to this folder.
 *
 *   samplePosterior → {inputs, draws, diagnostics}; computeResponses → figures per draw;
 *   summarizeResponses → what is published; proposePlan → budgets.
 *
 * 1. Depends on data, methodology (everything in the configuration but `hyperparameters` and
 *    `training`), priors, profile and seed alone: what agents tune changes nothing here.
 * 2. The same arguments give the same bytes on every machine.
 * 3. Locked rows influence nothing.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { centreShares } from "./coordinates.ts";
import { createDensity } from "./density.ts";
import type { Convergence } from "./diagnostics.ts";
import { measureConvergence } from "./diagnostics.ts";
import type { Draws } from "./draws.ts";
import { keepDraws } from "./draws.ts";
import type { PosteriorInputs } from "./inputs.ts";
import { prepareInputs } from "./inputs.ts";
import { readValues } from "./parameters.ts";
import type { Priors } from "./priors.ts";
import { DEFAULT_PRIORS } from "./priors.ts";
import type { Profile } from "./profile.ts";
import { DEFAULT_PROFILE } from "./profile.ts";
import type { Sampled, SamplerSettings } from "./sampler.ts";
import { Chains } from "./sampler.ts";

/** Limits of Vehtari et al. 2021 for a published figure. */
const R_HAT_MAX = 1.01;
const ESS_LEAST = 400;
/** Parameters that nobody publishes may be a little less sharp. */
const PARAMETER_R_HAT_MAX = 1.03;
const DIVERGENT_SHARE_MAX = 0.01;
/**
 * No further round begins once the density has been evaluated so often: a usual run needs a fifth of it,
 * and a statement of an experiment that is all but exact would otherwise take minutes.
 */
const GRADIENTS_MOST = 120_000;
/** Beyond this more draws do not help: the chains warm up again. */
const APART_R_HAT = 1.05;

/** How long the chains run. */
export interface RunSettings extends Omit<SamplerSettings, "seed"> {
  /**
   * Most rounds: the first has `draws` draws a chain, each further one, while the chains have not
   * settled, half as many, or a new warm-up and `draws` draws where they diverged or are far apart.
   */
  readonly rounds: number;
}

/** Of a published posterior: measured in docs/TRUTH.md. */
export const DEFAULT_RUN: RunSettings = { chains: 4, warmup: 250, draws: 500, rounds: 6 };

/** Where numbers are stated they are kept. */
const FIXED_RUN: RunSettings = { ...DEFAULT_RUN, rounds: 1 };

export interface PosteriorOptions {
  readonly seed: number;
  readonly priors?: Priors;
  readonly profile?: Profile;
  /** What is stated is kept: no further rounds unless `rounds` says so. */
  readonly sampler?: Partial<RunSettings>;
}

export interface Diagnostics {
  readonly converged: boolean;
  readonly r_hat_max: number;
  /** Of every sampled parameter, and `NAME.roi_value` for the ROI itself. */
  readonly r_hat: Readonly<Record<string, number>>;
  /** Smallest effective sample size of an ROI. */
  readonly ess_min: number;
  readonly divergences: number;
  readonly chains: number;
  readonly draws_per_chain: number;
  readonly acceptance: number;
  readonly gradients: number;
}

export interface Posterior {
  readonly inputs: PosteriorInputs;
  readonly draws: Draws;
  readonly diagnostics: Diagnostics;
}

/**
 * Samples the posterior of the training rows.
 *
 * @throws ModelError `rows_too_few`, `target_constant`, `parameters_invalid`.
 */
export function samplePosterior(
  dataset: Dataset,
  config: ModelConfig,
  options: PosteriorOptions,
): Posterior {
  const { seed, priors = DEFAULT_PRIORS, profile = DEFAULT_PROFILE } = options;
  const inputs = prepareInputs(dataset, config, { priors, profile });
  const density = createDensity(inputs);
  const run = { ...(options.sampler === undefined ? DEFAULT_RUN : FIXED_RUN), ...options.sampler };
  const chains = new Chains(centreShares(inputs, density), { ...run, seed });
  const { sampled, diagnostics } = runChains(chains, run, (one) =>
    diagnose(inputs, density.layout, one),
  );
  return { inputs, draws: keepDraws(sampled, density.layout.names), diagnostics };
}

/** Rounds until the chains have settled, within a stated amount of work: time plays no part. */
function runChains(
  chains: Chains,
  { draws, rounds }: RunSettings,
  judge: (sampled: Sampled) => Diagnostics,
): { sampled: Sampled; diagnostics: Diagnostics } {
  chains.draw(draws);
  let sampled = chains.read();
  let diagnostics = judge(sampled);
  for (let round = 1; round < rounds && !diagnostics.converged; round += 1) {
    if (sampled.gradients > GRADIENTS_MOST) break;
    const apart = diagnostics.r_hat_max > APART_R_HAT;
    if (apart || hasDiverged(sampled)) {
      chains.warmUpAgain();
      chains.draw(draws);
    } else chains.draw(Math.ceil(draws / 2));
    sampled = chains.read();
    diagnostics = judge(sampled);
  }
  return { sampled, diagnostics };
}

function hasDiverged({ divergences, chains, draws }: Sampled): boolean {
  return divergences > DIVERGENT_SHARE_MAX * chains * draws;
}

function diagnose(
  inputs: PosteriorInputs,
  layout: ReturnType<typeof createDensity>["layout"],
  sampled: Sampled,
): Diagnostics {
  const parameters = layout.names.map((name, i): [string, Convergence] => [
    name,
    measureConvergence(splitChains(sampled, (at) => sampled.positions[at + i] as number)),
  ]);
  const shares = sampledShares(inputs, layout, sampled);
  const rois = inputs.channels.map(({ name }, c): [string, Convergence] => [
    `${name}.roi_value`,
    measureConvergence(
      splitChains(sampled, (at) => {
        const draw = at / sampled.dimension;
        return shares[draw * inputs.channels.length + c] as number;
      }),
    ),
  ]);
  const worst = (rows: readonly [string, Convergence][]): number =>
    Math.max(...rows.map(([, { r_hat }]) => r_hat));
  const ess = Math.min(...rois.map(([, row]) => row.ess));
  return {
    converged:
      worst(rois) <= R_HAT_MAX &&
      worst(parameters) <= PARAMETER_R_HAT_MAX &&
      ess >= ESS_LEAST &&
      !hasDiverged(sampled),
    r_hat_max: worst([...parameters, ...rois]),
    r_hat: Object.fromEntries([...parameters, ...rois].map(([name, row]) => [name, row.r_hat])),
    ess_min: ess,
    divergences: sampled.divergences,
    chains: sampled.chains,
    draws_per_chain: sampled.draws,
    acceptance: sampled.acceptance,
    gradients: sampled.gradients,
  };
}

function splitChains(sampled: Sampled, of: (at: number) => number): Float64Array[] {
  const { chains, draws, dimension } = sampled;
  return Array.from({ length: chains }, (_, chain) =>
    Float64Array.from({ length: draws }, (_unused, draw) => of((chain * draws + draw) * dimension)),
  );
}

/** Share of the target per draw and channel: ROI up to its unit. */
function sampledShares(
  inputs: PosteriorInputs,
  layout: ReturnType<typeof createDensity>["layout"],
  { positions, dimension }: Sampled,
): Float64Array {
  const width = inputs.channels.length;
  const shares = new Float64Array((positions.length / dimension) * width);
  for (let draw = 0; draw * dimension < positions.length; draw += 1) {
    const theta = positions.subarray(draw * dimension, (draw + 1) * dimension);
    for (const [c, { share }] of readValues(inputs, layout, theta).channels.entries()) {
      shares[draw * width + c] = share;
    }
  }
  return shares;
}
