/** Placebo in time and spend that follows demand (model/evidence/demand.ts). */

import { describe, expect, it } from "vitest";
import { checkDemand, runPlacebos } from "../../../model/evidence/demand.ts";
import { prepareInputs } from "../../../model/posterior/inputs.ts";
import { DEFAULT_PRIORS } from "../../../model/posterior/priors.ts";
import { DEFAULT_PROFILE } from "../../../model/posterior/profile.ts";
import { createWorld, sampleWorld } from "./support.ts";
import type { World } from "./support.ts";

const inputsOf = ({ dataset, config }: World) =>
  prepareInputs(dataset, config, { priors: DEFAULT_PRIORS, profile: DEFAULT_PROFILE });

const raisedBy = (world: World): string[] => {
  const { inputs, responses } = sampleWorld(world);
  return checkDemand(inputs, responses)
    .filter(({ raised }) => raised)
    .map(({ channels }) => channels.join());
};

describe("spend that follows demand", () => {
  it("is found whichever channel follows, and no other channel is named", () => {
    for (const follows of ["search", "social"] as const) {
      const found = raisedBy(createWorld({ follows }));
      expect(new Set(found), follows).toEqual(new Set([follows]));
    }
  });

  it("is not found where spend is independent of demand", () => {
    expect(raisedBy(createWorld())).toEqual([]);
  });
});

describe("the placebo in time", () => {
  it("does not depend on the units of spend", () => {
    const world = createWorld({ follows: "search" });
    const dataset = {
      ...world.dataset,
      channels: world.dataset.channels.map((channel) => ({
        ...channel,
        exposure: channel.exposure.map((value) => 1000 * value),
      })),
    };
    const [a, b] = [world, { ...world, dataset }].map((one) => runPlacebos(inputsOf(one)));
    for (const [i, { t }] of (a ?? []).entries()) expect(b?.[i]?.t).toBeCloseTo(t, 6);
  });

  it("does not read locked targets", () => {
    const world = createWorld({ follows: "search" });
    const target = world.dataset.target.map((value, t) => (t >= 120 ? 5 * value : value));
    const changed = { ...world, dataset: { ...world.dataset, target } };
    expect(runPlacebos(inputsOf(changed))).toEqual(runPlacebos(inputsOf(world)));
  });

  it("works without a week after the training rows", () => {
    const found = runPlacebos(inputsOf(createWorld({ follows: "search", lockedWeeks: 0 })));
    expect(found.every(({ t }) => Number.isFinite(t))).toBe(true);
    expect(found).toHaveLength(3);
  });
});
