/** A small national world that the evidence's tests share. */

import { formatIsoDate } from "../../../model/calendar.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { parseModelConfig } from "../../../model/config.ts";
import type { Dataset } from "../../../model/data/dataset.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { NormalStream } from "../../../model/posterior/normal-stream.ts";
import type { Posterior } from "../../../model/posterior/posterior.ts";
import { samplePosterior } from "../../../model/posterior/posterior.ts";
import type { Responses } from "../../../model/posterior/responses.ts";
import { computeResponses } from "../../../model/posterior/responses.ts";

export const QUICK = { chains: 2, warmup: 200, draws: 150 } as const;

export interface WorldOptions {
  readonly seed?: number;
  readonly weeks?: number;
  /** The channel whose spend follows a demand that also drives sales. */
  readonly follows?: "tv" | "social" | "search";
  /** Radio's spend is tv's with this much noise; absent = no radio. */
  readonly twinNoise?: number;
  readonly lockedWeeks?: number;
}

export interface World {
  readonly dataset: Dataset;
  readonly config: ModelConfig;
}

/** Sales of about 1,000 a week; tv, social and search return 2, 1 and 0.5. */
export function createWorld(options: WorldOptions = {}): World {
  const { seed = 1, weeks = 130, follows, twinNoise, lockedWeeks = 10 } = options;
  const stream = new NormalStream(seed);
  const names = ["tv", "social", "search", ...(twinNoise === undefined ? [] : ["radio"])];
  const returns: Readonly<Record<string, number>> = { tv: 2, social: 1, search: 0.5, radio: 1 };
  let demand = 0;
  const lines = [["date", "y", ...names].join(",")];
  for (let t = 0; t < weeks; t += 1) {
    demand = 0.7 * demand + 0.06 * stream.normal();
    const spends: Record<string, number> = {};
    for (const name of ["tv", "social", "search"]) {
      spends[name] = 40 * Math.exp(0.4 * stream.normal());
      if (name === follows) spends[name] = 40 * Math.exp(3 * demand + 0.1 * stream.normal());
    }
    spends.radio = (spends.tv ?? 0) * Math.exp((twinNoise ?? 0) * stream.normal());
    const effects = names.map((name) => {
      const x = (spends[name] ?? 0) / 40;
      return ((returns[name] ?? 0) * 40 * 2 * x) / (1 + x);
    });
    const base = 1000 * (1 + (follows === undefined ? 0 : demand) + 0.02 * stream.normal());
    const sales = effects.reduce((a, b) => a + b, base);
    const row = [sales, ...names.map((name) => spends[name] ?? 0)].map((v) => v.toFixed(4));
    lines.push([formatIsoDate(18_631 + 7 * t), ...row].join(","));
  }
  const config = parseModelConfig({
    model_id: "evidence",
    data: { path: "evidence.csv", date: "date", target: "y" },
    channels: names.map((name) => ({
      name,
      spend: name,
      media_type: name,
    })),
    evaluation: { folds: 2, horizon_weeks: 8, locked_test_weeks: lockedWeeks },
  });
  return { config, dataset: parseDataset(`${lines.join("\n")}\n`, config) };
}

/** A quick posterior of a world. */
export function sampleWorld({ dataset, config }: World): Posterior & { responses: Responses } {
  const posterior = samplePosterior(dataset, config, { seed: 5, sampler: QUICK });
  return { ...posterior, responses: computeResponses(posterior.inputs, posterior.draws) };
}
