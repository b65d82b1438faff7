/**
 * Draws of the whole model: what noise and undecided transform parameters leave open.
 *
 * Two sources together:
 *   transform parameters   an ensemble drawn by likelihood (`ensemble.ts`)
 *   coefficients           for each member, a moving-block bootstrap of its residuals
 *                          (Künsch 1989; circular blocks of about n^(1/3) periods, so that
 *                          autocorrelation survives), refitted at that member's transformation
 * Draws say what the data leave open *inside* the model and the allowed ranges; they cannot know of a
 * left-out confounder or a wrong functional form.
 *
 * 1. Same seed, same draws. Locked rows influence nothing.
 */

import type { SearchBounds } from "./bounds.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { sampleEnsemble } from "./ensemble.ts";
import type { WindowFit } from "../fit/fit.ts";
import { fitWindow } from "../fit/fit.ts";
import { Likelihood } from "../fit/likelihood.ts";
import { splitGeos } from "../fit/objective.ts";
import type { Problem } from "../fit/problem.ts";
import { createProblem } from "../fit/problem.ts";
import { Random, deriveSeed } from "../random.ts";
import { drawBootstrapTarget } from "../results/block-bootstrap.ts";

export interface DrawOptions {
  readonly seed: number;
  readonly draws: number;
  /** Ranges of the ensemble; the media types' defaults where none is given. */
  readonly bounds?: SearchBounds;
}

/** One refit of the model per draw, on its training rows; each has one fit per engine. */
export function drawFits(
  dataset: Dataset,
  config: ModelConfig,
  { seed, draws, bounds }: DrawOptions,
): WindowFit[][] {
  const problems = splitGeos(dataset, config).map((part) => createProblem(part, config));
  const likelihoods = problems.map((problem) => new Likelihood(problem));
  const members = sampleEnsemble(likelihoods, config, {
    seed: deriveSeed(seed, 1),
    members: draws,
    ...(bounds === undefined ? {} : { bounds }),
  });
  const random = new Random(deriveSeed(seed, 2));
  return members.map((parameters) =>
    problems.map((problem) => bootstrapFit(problem, parameters, random)),
  );
}

/** One refit on a resampled target, at fixed transform parameters. */
function bootstrapFit(problem: Problem, parameters: Float64Array, random: Random): WindowFit {
  const rows = problem.trainingRows;
  const fit = fitWindow(problem, parameters, { trainRows: rows, rows });
  const scaledTarget = drawBootstrapTarget(fit, random);
  return fitWindow({ ...problem, scaledTarget }, parameters, { trainRows: rows, rows });
}
