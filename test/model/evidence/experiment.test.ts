/** The experiment to run next and the comparison of forecasts (model/evidence/). */

import { describe, expect, it } from "vitest";
import { compareForecasts, predictLastYear } from "../../../model/evidence/accuracy.ts";
import { designExperiment, measureWeeklyNoise } from "../../../model/evidence/experiment.ts";
import { gatherEvidence } from "../../../model/evidence/gather.ts";
import type { Responses } from "../../../model/posterior/responses.ts";
import { createWorld, sampleWorld } from "./support.ts";

const world = createWorld();
const sampled = sampleWorld(world);
const { inputs, draws, responses } = sampled;

/** One channel's draws pushed apart around their mean. */
function widen(name: string, factor: number): Responses {
  const spread = (values: Float64Array): Float64Array => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.map((value) => mean + factor * (value - mean));
  };
  return {
    ...responses,
    channels: responses.channels.map((one) =>
      one.name === name ? { ...one, roi: spread(one.roi), mroi: spread(one.mroi) } : one,
    ),
  };
}

describe("the experiment", () => {
  it("asks about the channel whose return is least known", () => {
    for (const name of ["tv", "social", "search"]) {
      expect(designExperiment(inputs, draws, widen(name, 25))?.channel).toBe(name);
    }
  });

  it("needs less where the return is less known", () => {
    const [sharp, wide] = [10, 40].map((factor) =>
      designExperiment(inputs, draws, widen("social", factor)),
    );
    expect(wide?.channel).toBe("social");
    expect(sharp?.channel).toBe("social");
    expect(wide?.spend_change).toBeLessThanOrEqual(sharp?.spend_change ?? 0);
    expect(wide?.weeks).toBeLessThanOrEqual(sharp?.weeks ?? 0);
  });

  it("is never longer than twelve weeks or larger than the channel's spend, and says what it reaches", () => {
    const design = designExperiment(inputs, draws, responses);
    expect(design?.weeks).toBeLessThanOrEqual(12);
    expect(design?.spend_change_share).toBeLessThanOrEqual(1);
    expect(design?.roi_se_expected).toBeGreaterThan(0);
    expect(design?.message).toContain(design?.channel);
  });

  it("knows the noise of a week: 2 % of 1,000", () => {
    expect(measureWeeklyNoise(inputs, draws)).toBeGreaterThan(14);
    expect(measureWeeklyNoise(inputs, draws)).toBeLessThan(28);
  });
});

describe("gathering", () => {
  it("leaves out what needs refits when asked, gives the plan, and repeats itself", () => {
    const [a, b] = [1, 1].map(() =>
      gatherEvidence(world.dataset, world.config, sampled, { seed: 4, refits: false }),
    );
    expect(a).toEqual(b);
    const codes = new Set(a?.flags.map(({ code }) => code));
    expect(codes.has("placebo_in_time")).toBe(true);
    expect(codes.has("forms_disagree")).toBe(false);
    expect(a?.plan.channels.map(({ channel }) => channel)).toEqual(["tv", "social", "search"]);
  });
});

describe("comparing forecasts", () => {
  const actual = Array.from({ length: 13 }, (_, t) => 100 + 5 * Math.sin(t * t));
  const off = (by: number): number[] => actual.map((value, t) => value + by * (t % 2 ? 1.2 : -0.8));

  it("finds worse, better and no difference", () => {
    const compare = (model: number[], reference: number[]) =>
      compareForecasts(actual, { model, reference }).verdict;
    expect(compare(off(9), off(1))).toBe("worse");
    expect(compare(off(1), off(9))).toBe("better");
    expect(compare(off(3), off(3))).toBe("no_difference");
  });

  it("takes one bad week for noise", () => {
    const model = actual.map((value, t) => value + (t === 4 ? 30 : 1));
    const reference = actual.map((value) => value + 1);
    expect(compareForecasts(actual, { model, reference }).verdict).toBe("no_difference");
  });

  it("says nothing of fewer than six periods", () => {
    const few = actual.slice(0, 4);
    const verdict = compareForecasts(few, { model: off(9), reference: off(1) }).verdict;
    expect(verdict).toBe("no_difference");
  });

  it("reads last year 52 weeks back, or not at all", () => {
    const totals = Array.from({ length: 80 }, (_, t) => t);
    expect(predictLastYear(totals, { count: 3, periodsPerWeek: 1 })).toEqual([25, 26, 27]);
    expect(predictLastYear(totals, { count: 30, periodsPerWeek: 1 })).toBeNull();
  });
});
