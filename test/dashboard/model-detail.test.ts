import { describe, expect, it } from "vitest";
import { computeModelDetail } from "../../dashboard/model-detail.ts";
import { computeContributions } from "../../model/fit/contributions.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const config = smallConfig({
  adstock: { max_lag_weeks: 8 },
  hyperparameters: {
    tv: { decay: 0.5, alpha: 1, gamma: 0.5 },
    search: { decay: 0, alpha: 1, gamma: 0.5 },
  },
  training: { refinement_steps: 5 },
});
const detail = computeModelDetail(smallDataset(), config, { seed: 1, draws: 20 });

describe("a configuration's figures for pictures", () => {
  it("are those of the configuration as it stands, without further refinement", () => {
    expect(detail.config.hyperparameters).toEqual(config.hyperparameters);
    expect(detail.contributions).toEqual(computeContributions(smallDataset(), detail.config));
    expect(detail.dates).toHaveLength(156);
  });

  it("share the effect out over the weeks, all of it", () => {
    const [tv, search] = detail.carryover;
    const sum = tv?.weekly.reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(1, 12);
    expect((tv?.weekly[3] ?? 0) / (tv?.weekly[2] ?? 1)).toBeCloseTo(0.5, 12);
    expect(search?.weekly).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
