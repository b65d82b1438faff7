/** One posterior as JSON, for a sampler of others on the same density (bench/peers/posterior_nuts.py). */

import { writeFileSync } from "node:fs";
import { readDraw } from "../../model/posterior/draws.ts";
import { layOutParameters, readValues } from "../../model/posterior/parameters.ts";
import type { Posterior } from "../../model/posterior/posterior.ts";

/** Writes data, priors and this sampler's means and standard deviations; national data only. */
export function exportPosterior(file: string, { inputs, draws }: Posterior): void {
  const layout = layOutParameters(inputs);
  const theta = new Float64Array(layout.dimension);
  const rows: number[][] = [];
  for (let draw = 0; draw < draws.count; draw += 1) {
    readDraw(draws, draw, theta);
    const { channels } = readValues(inputs, layout, theta);
    rows.push([
      ...theta,
      ...channels.map(({ share }, c) => share / (inputs.channels[c]?.spendShare ?? 1)),
    ]);
  }
  const names = [...layout.names, ...inputs.channels.map(({ name }) => `${name}.roi_value`)];
  const means = names.map(
    (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length,
  );
  const deviations = names.map((_, i) =>
    Math.sqrt(
      rows.reduce((sum, row) => sum + ((row[i] ?? 0) - (means[i] ?? 0)) ** 2, 0) / rows.length,
    ),
  );
  const plain = {
    names,
    means,
    deviations,
    draws: draws.count,
    periods: inputs.periods,
    lag_max: inputs.lagMax,
    priors: inputs.priors,
    noise_scale: inputs.noiseScale,
    level_middle: inputs.levelMiddle,
    target: [...inputs.target.subarray(0, inputs.periods)],
    own: inputs.linear.own.map((column) => [...column]),
    modes: inputs.linear.modes.map((column) => [...column]),
    eigenvalues: [...inputs.linear.eigenvalues],
    channels: inputs.channels.map(({ name, exposure, spendShare, decayMiddle, decaySpread }) => ({
      name,
      spend_share: spendShare,
      decay_middle: decayMiddle,
      decay_spread: decaySpread,
      exposure: [...exposure.subarray(0, inputs.periods)],
    })),
  };
  writeFileSync(file, `${JSON.stringify(plain)}\n`);
}
