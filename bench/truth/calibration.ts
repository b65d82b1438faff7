/**
 * Simulation-based calibration (Talts et al. 2018): parameters from the prior, data from the model, the
 * rank of each true value among its posterior draws. Ranks are uniform when the sampler draws from the
 * posterior of the stated density.
 */

import { parseModelConfig } from "../../model/config.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { formatIsoDate } from "../../model/calendar.ts";
import { drawPrior, simulateTarget } from "../../model/posterior/checks.ts";
import { centreShares } from "../../model/posterior/coordinates.ts";
import { createDensity } from "../../model/posterior/density.ts";
import type { PosteriorInputs } from "../../model/posterior/inputs.ts";
import { prepareInputs } from "../../model/posterior/inputs.ts";
import { NormalStream } from "../../model/posterior/normal-stream.ts";
import { readValues } from "../../model/posterior/parameters.ts";
import { DEFAULT_PRIORS } from "../../model/posterior/priors.ts";
import { DEFAULT_PROFILE } from "../../model/posterior/profile.ts";
import { sampleDensity } from "../../model/posterior/sampler.ts";

/** Ranks are counted in this many bins. */
const BINS = 10;
/** Draws compared with the truth, thinned so that they are near independent. */
const COMPARED = 99;

export interface CalibrationResult {
  readonly replications: number;
  /** χ² of ten bins per quantity (nine degrees of freedom: 21.7 at 1 %, 27.9 at 0.1 %). */
  readonly chi_squares: Readonly<Record<string, number>>;
  /** Mean normalised rank less ½ in standard errors. */
  readonly bias: Readonly<Record<string, number>>;
}

/** Two channels, 80 weeks: small, since calibration is of the arithmetic. */
export function calibrationInputs(weeks = 80): PosteriorInputs {
  const stream = new NormalStream(21);
  const lines = ["date,y,tv,search"];
  for (let t = 0; t < weeks; t += 1) {
    const tv = stream.uniform() < 0.5 ? 0 : 10 * (1 + stream.uniform());
    const row = [100 + 5 * stream.normal(), tv, 5 + 4 * stream.uniform()];
    lines.push([formatIsoDate(18_631 + 7 * t), ...row.map((value) => value.toFixed(4))].join(","));
  }
  const config = parseModelConfig({
    model_id: "calibration",
    data: { path: "calibration.csv", date: "date", target: "y" },
    channels: [
      { name: "tv", spend: "tv", media_type: "tv" },
      { name: "search", spend: "search", media_type: "search" },
    ],
    architecture: { seasonality: { fourier_pairs: 1 } },
    evaluation: { folds: 1, horizon_weeks: 8, locked_test_weeks: 0 },
  });
  return prepareInputs(parseDataset(lines.join("\n"), config), config, {
    priors: DEFAULT_PRIORS,
    profile: DEFAULT_PROFILE,
  });
}

/** Runs the replications; `spoil` may change the simulated target, to see the test fail. */
export function calibrate(
  inputs: PosteriorInputs,
  { replications, seed }: { replications: number; seed: number },
  spoil: (target: Float64Array) => Float64Array = (target) => target,
): CalibrationResult {
  const ranks = new Map<string, number[]>();
  const stream = new NormalStream(seed);
  for (let replication = 0; replication < replications; replication += 1) {
    const { layout } = createDensity(inputs);
    const truth = drawPrior(layout.dimension, stream);
    const target = spoil(simulateTarget(inputs, truth, stream));
    const density = createDensity({ ...inputs, target });
    const sampled = sampleDensity(centreShares(inputs, density), {
      seed: seed + 17 * replication + 1,
      chains: 2,
      warmup: 200,
      draws: 250,
    });
    const quantities = (theta: Float64Array): [string, number][] => [
      ...layout.names.map((name, i): [string, number] => [name, theta[i] as number]),
      ...readValues(inputs, layout, theta).channels.map(({ share }, c): [string, number] => [
        `${inputs.channels[c]?.name}.share`,
        share,
      ]),
    ];
    const wanted = quantities(truth);
    const counts = wanted.map(() => 0);
    const total = sampled.chains * sampled.draws;
    for (let at = 0; at < COMPARED; at += 1) {
      const from = Math.floor((at * total) / COMPARED) * sampled.dimension;
      const own = quantities(sampled.positions.subarray(from, from + sampled.dimension));
      for (const [i, [, value]] of own.entries()) {
        if (value < (wanted[i]?.[1] ?? 0)) counts[i] = (counts[i] ?? 0) + 1;
      }
    }
    for (const [i, [name]] of wanted.entries()) {
      ranks.set(name, [...(ranks.get(name) ?? []), counts[i] ?? 0]);
    }
  }
  return summarizeRanks(ranks, replications);
}

function summarizeRanks(
  ranks: ReadonlyMap<string, readonly number[]>,
  replications: number,
): CalibrationResult {
  const over = (of: (own: readonly number[]) => number): Record<string, number> =>
    Object.fromEntries([...ranks].map(([name, own]) => [name, of(own)]));
  return {
    replications,
    chi_squares: over((own) => {
      const bins = new Float64Array(BINS);
      for (const rank of own) {
        const bin = Math.floor((BINS * rank) / (COMPARED + 1));
        bins[bin] = (bins[bin] as number) + 1;
      }
      const expected = replications / BINS;
      return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    }),
    bias: over((own) => {
      const mean = own.reduce((sum, rank) => sum + (rank + 0.5) / (COMPARED + 1), 0) / replications;
      return (mean - 0.5) * Math.sqrt(12 * replications);
    }),
  };
}
