/** Small cases that the posterior's tests share. */

import { parseModelConfig } from "../../../model/config.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import type { PosteriorInputs } from "../../../model/posterior/inputs.ts";
import { prepareInputs } from "../../../model/posterior/inputs.ts";
import { NormalStream } from "../../../model/posterior/normal-stream.ts";
import { DEFAULT_PRIORS } from "../../../model/posterior/priors.ts";
import type { Profile } from "../../../model/posterior/profile.ts";
import { DEFAULT_PROFILE } from "../../../model/posterior/profile.ts";
import { simulated } from "../support.ts";

/** Quick settings: enough to see what a test asks for. */
export const QUICK = { chains: 2, warmup: 150, draws: 150 } as const;

export type Case = Pick<ReturnType<typeof simulated>, "config" | "dataset">;

/** A simulated national set of two years. */
export function nationalCase(config: Record<string, unknown> = {}): ReturnType<typeof simulated> {
  return simulated(3, { periods: 117 }, { evaluation: { folds: 2 }, ...config });
}

/** Three geos of different size with one shared effect. */
export function panelCase(geos = 3, weeks = 70): Case {
  const random = new NormalStream(11);
  const lines = ["date,geo,y,price,tv,search"];
  for (let geo = 0; geo < geos; geo += 1) {
    const size = 1 + geo;
    for (let t = 0; t < weeks; t += 1) {
      const tv = Math.max(0, size * (10 + 5 * random.normal()));
      const search = Math.max(0, size * (5 + 2 * random.normal()));
      const price = random.normal();
      const y = size * (100 + 3 * price + 2 * random.normal()) + 2 * tv + search;
      const date = new Date(Date.UTC(2022, 0, 3 + 7 * t)).toISOString().slice(0, 10);
      lines.push([date, `g${geo}`, ...[y, price, tv, search].map((v) => v.toFixed(4))].join(","));
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
    channels: [
      { name: "tv", spend: "tv", media_type: "tv" },
      { name: "search", spend: "search", media_type: "search" },
    ],
    evaluation: { folds: 2, horizon_weeks: 8, locked_test_weeks: 8 },
  });
  return { config, dataset: parseDataset(lines.join("\n"), config) };
}

/** Inputs at the default priors. */
export function inputsOf(
  { dataset, config }: Case,
  profile: Profile = DEFAULT_PROFILE,
): PosteriorInputs {
  return prepareInputs(dataset, config, { priors: DEFAULT_PRIORS, profile });
}

/** A vector from the prior. */
export function priorVector(dimension: number, seed: number): Float64Array {
  const stream = new NormalStream(seed);
  return Float64Array.from({ length: dimension }, () => stream.normal());
}

/** Central difference with one step of Richardson's extrapolation. */
export function computeSlope(
  of: (vector: Float64Array) => number,
  vector: Float64Array,
  at: number,
): number {
  const central = (step: number): number => {
    const up = vector.slice();
    const down = vector.slice();
    up[at] = (up[at] ?? 0) + step;
    down[at] = (down[at] ?? 0) - step;
    return (of(up) - of(down)) / (2 * step);
  };
  return (4 * central(5e-4) - central(1e-3)) / 3;
}
