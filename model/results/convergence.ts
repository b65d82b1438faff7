/**
 * How far a result has settled, as one number in [0, 1].
 *
 *   solver         clamp(−log10(KKT residual) / 8, 0, 1): 1 at a relative residual of 1e−8 or less
 *   roi_stability  1 − min(1, median_c CV(ROI_c) / 0.35) over refits
 *   sampler        1 where the chains have settled (`posterior/posterior.ts`), else falling to 0 at an
 *                  R-hat of 1.11; null where none were run
 *   search         see `search.ts`; null when there was no search
 *   score          the minimum of those known, one bad part must show; ROI stability of refits counts
 *                  only where no chains say more
 *
 * In training, the refits are those of the folds and the final one; after a search, those of its
 * restarts. CV is sd / mean; a channel with ROI 0 in all refits counts as stable. 0.35 is a
 * judgement without a published source.
 */

import { computeChannelAttribution } from "../fit/attribution.ts";
import type { WindowFit } from "../fit/fit.ts";
import { fitWindow } from "../fit/fit.ts";
import { clamp, computeMean, computeMedian, computeStandardDeviation } from "../numbers.ts";
import type { Objective } from "../fit/objective.ts";
import type { Diagnostics } from "../posterior/posterior.ts";
import type { ConvergenceResult } from "./training-result.ts";

const SOLVER_DIGITS = 8;
const ROI_VARIATION_MAX = 0.35;
const R_HAT_SETTLED = 1.01;
const R_HAT_WIDTH = 0.1;

/** 1 = solved to eight digits, 0 = not solved. */
export function computeSolverScore(kkt: number): number {
  return kkt <= 0 ? 1 : clamp(-Math.log10(kkt) / SOLVER_DIGITS, 0, 1);
}

/** Stability of ROI over refits; rows are refits, columns channels. */
export function computeRoiStability(rois: readonly (readonly (number | null)[])[]): number {
  const channels = rois[0]?.length ?? 0;
  const variations: number[] = [];
  for (let channel = 0; channel < channels; channel += 1) {
    const values = rois.map((row) => row[channel] ?? null).filter((value) => value !== null);
    if (values.length < 2) continue;
    const centre = computeMean(values);
    variations.push(centre > 0 ? computeStandardDeviation(values) / centre : 0);
  }
  return 1 - Math.min(1, computeMedian(variations) / ROI_VARIATION_MAX);
}

/** The parts known after training. */
export function computeConvergence(
  objective: Objective,
  { fits, kkt }: { fits: readonly WindowFit[]; kkt: number },
): ConvergenceResult {
  const worst = fits.reduce((most, fit) => Math.max(most, fit.kkt), kkt);
  const solver = computeSolverScore(worst);
  const stability = computeRoiStability([...computeFoldRois(objective, fits), computeRois(fits)]);
  return {
    solver,
    roi_stability: stability,
    sampler: null,
    search: null,
    score: Math.min(solver, stability),
    kkt_residual: worst,
  };
}

/** The same with the part of the chains that published returns come from. */
export function withSampler(
  convergence: ConvergenceResult,
  diagnostics: Pick<Diagnostics, "converged" | "r_hat_max"> | null,
): ConvergenceResult {
  if (diagnostics === null) return convergence;
  const over = (diagnostics.r_hat_max - R_HAT_SETTLED) / R_HAT_WIDTH;
  const sampler = diagnostics.converged ? 1 : clamp(1 - over, 0, 1);
  return { ...convergence, sampler, score: Math.min(convergence.solver, sampler) };
}

export function computeRois(fits: readonly WindowFit[]): (number | null)[] {
  const channels = fits[0]?.beta.length ?? 0;
  return Array.from(
    { length: channels },
    (_, channel) => computeChannelAttribution(fits, channel).roi,
  );
}

function computeFoldRois(objective: Objective, fits: readonly WindowFit[]): (number | null)[][] {
  const folds = objective.engines[0]?.folds.length ?? 0;
  return Array.from({ length: folds }, (_, index) =>
    computeRois(
      objective.engines.map((engine, part) => {
        const trainRows = engine.folds[index]?.trainRows ?? engine.rows;
        const parameters = fits[part]?.parameters ?? new Float64Array(engine.dimension);
        return fitWindow(engine.problem, parameters, { trainRows, rows: trainRows });
      }),
    ),
  );
}
