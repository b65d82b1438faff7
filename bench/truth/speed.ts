/**
 * Processor time of one posterior: Robyn's weekly set, twenty channels over ten years, a panel of geos.
 *
 * The large ones are made here; what they hold does not matter as long as the chains have work to do.
 */

import { existsSync, readFileSync } from "node:fs";
import { formatIsoDate } from "../../model/calendar.ts";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { NormalStream } from "../../model/posterior/normal-stream.ts";
import { samplePosterior } from "../../model/posterior/posterior.ts";
import { createSimulationConfig, simulateData } from "../../model/simulate/simulate.ts";
import { DEFAULT_SIMULATION } from "../../model/simulate/simulation-spec.ts";

interface SpeedSet {
  readonly name: string;
  readonly config: ModelConfig;
  readonly dataset: Dataset;
}

const ROBYN_CSV = "../shared/data/robyn/dt_simulated_weekly.csv";

/** Robyn's example at its five channels; none where the file is absent. */
function readRobyn(): SpeedSet[] {
  if (!existsSync(ROBYN_CSV)) {
    console.error(`skipped Robyn's set: ${ROBYN_CSV} is not there`);
    return [];
  }
  const config = parseModelConfig({
    model_id: "robyn",
    data: {
      path: ROBYN_CSV,
      date: "DATE",
      target: "revenue",
      controls: ["competitor_sales_B", "newsletter"],
      events: ["events"],
    },
    channels: [
      { name: "tv", spend: "tv_S", media_type: "tv" },
      { name: "ooh", spend: "ooh_S", media_type: "ooh" },
      { name: "print", spend: "print_S", media_type: "print" },
      { name: "facebook", spend: "facebook_S", exposure: "facebook_I", media_type: "social" },
      { name: "search", spend: "search_S", exposure: "search_clicks_P", media_type: "search" },
    ],
  });
  const dataset = parseDataset(readFileSync(ROBYN_CSV, "utf8"), config);
  return [{ name: "robyn 5 × 208", config, dataset }];
}

/** `channels` kinds of medium by turns, each a quarter of its usual size. */
export function createWide(channels: number, weeks: number): SpeedSet {
  const kinds = DEFAULT_SIMULATION.channels;
  const spec = {
    ...DEFAULT_SIMULATION,
    periods: weeks,
    channels: Array.from({ length: channels }, (_, i) => {
      const kind = kinds[i % kinds.length] as (typeof kinds)[number];
      return { ...kind, name: `${kind.name}_${i}`, mean_spend: kind.mean_spend / 4 };
    }),
  };
  const { csv } = simulateData(spec, 5);
  const config = parseModelConfig(createSimulationConfig(spec, "wide.csv"));
  return { name: `${channels} × ${weeks}`, config, dataset: parseDataset(csv, config) };
}

/** Geos of different size with shared effects. */
export function createPanel(geos: number, weeks: number, channels: number): SpeedSet {
  const stream = new NormalStream(31);
  const names = Array.from({ length: channels }, (_, c) => `media_${c}`);
  const lines = [["date", "geo", "y", "price", ...names].join(",")];
  for (let geo = 0; geo < geos; geo += 1) {
    const size = 0.5 + 2 * stream.uniform();
    for (let t = 0; t < weeks; t += 1) {
      const price = stream.normal();
      const spends = names.map(() => size * Math.max(0, 4 + 3 * stream.normal()));
      const effect = spends.reduce((sum, x, c) => sum + ((0.5 + 0.4 * c) * 2 * x) / (1 + x / 4), 0);
      const y = size * (100 + 3 * price + 4 * stream.normal()) + effect;
      const row = [y, price, ...spends].map((value) => value.toFixed(4));
      lines.push([formatIsoDate(18_631 + 7 * t), `g${geo}`, ...row].join(","));
    }
  }
  const config = parseModelConfig({
    model_id: "panel",
    data: {
      path: "panel.csv",
      date: "date",
      target: "y",
      controls: ["price"],
      geo: { column: "geo" },
    },
    channels: names.map((name) => ({ name, spend: name, media_type: "other" })),
  });
  const dataset = parseDataset(lines.join("\n"), config);
  return { name: `panel ${geos} × ${weeks} × ${channels}`, config, dataset };
}

/** Prints a line a set: time, gradients and how the chains settled. */
export function measureSpeed(seed: number, only: readonly string[]): void {
  const sets = [...readRobyn(), createWide(20, 520), createPanel(40, 156, 5)];
  for (const { name, config, dataset } of sets) {
    if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
    const before = process.cpuUsage();
    const { diagnostics } = samplePosterior(dataset, config, { seed });
    const used = process.cpuUsage(before);
    const seconds = (used.user + used.system) / 1e6;
    const rois = Object.entries(diagnostics.r_hat).filter(([key]) => key.endsWith(".roi_value"));
    console.log(
      [
        name.padEnd(20),
        `${seconds.toFixed(1).padStart(6)} s`,
        `${diagnostics.gradients} gradients of ${((1e6 * seconds) / diagnostics.gradients).toFixed(0)} µs`,
        `${diagnostics.chains} × ${diagnostics.draws_per_chain} draws`,
        `R-hat of ROI ${Math.max(...rois.map(([, value]) => value)).toFixed(3)}`,
        `all ${diagnostics.r_hat_max.toFixed(3)}`,
        `ESS ${diagnostics.ess_min.toFixed(0)}`,
        diagnostics.converged ? "converged" : "not converged",
      ].join("  "),
    );
  }
}
