/** The other flags, one law each (model/evidence/). */

import { describe, expect, it } from "vitest";
import { checkConfounders, computeRobustness } from "../../../model/evidence/confounder.ts";
import { checkForms, listOpposites, scalePlan } from "../../../model/evidence/forms.ts";
import { checkLearning, measureDistance } from "../../../model/evidence/learning.ts";
import { checkRecovery, simulateFromDraw } from "../../../model/evidence/recovery.ts";
import { createFrame, testColumn } from "../../../model/evidence/regression.ts";
import {
  checkSeparation,
  computeCondition,
  correlate,
  correlateColumns,
} from "../../../model/evidence/separation.ts";
import { checkStability } from "../../../model/evidence/stability.ts";
import type { PosteriorPlan } from "../../../model/posterior/plans.ts";
import { proposePlan } from "../../../model/posterior/plans.ts";
import { createWorld, QUICK, sampleWorld } from "./support.ts";

const world = createWorld();
const sampled = sampleWorld(world);
const plan = proposePlan(sampled.responses);
const { priors, profile } = sampled.inputs;
const settings = { ...QUICK, seed: 3 };

describe("a regression's test of a column", () => {
  const frame = createFrame(sampled.inputs, { from: 0, to: sampled.inputs.periods }, []);

  it("gives a column that the others explain no t", () => {
    const trend = Float64Array.from({ length: sampled.inputs.periods }, (_, t) => 3 + 2 * t);
    const y = trend.map((value, t) => value + Math.sin(t * t));
    expect(testColumn(frame, y, trend).t).toBe(0);
  });

  it("finds the coefficient of a column that was put in", () => {
    const x = Float64Array.from({ length: sampled.inputs.periods }, (_, t) => Math.cos(t * t));
    const y = x.map((value, t) => 5 + 0.1 * t + 2 * value + 0.01 * Math.sin(7 * t * t));
    const found = testColumn(frame, y, x);
    expect(found.coefficient).toBeCloseTo(2, 2);
    expect(found.t).toBeGreaterThan(50);
    expect(
      testColumn(
        frame,
        y.map((v) => -v),
        x,
      ).t,
    ).toBeCloseTo(-found.t, 6);
  });
});

describe("separation", () => {
  it("tells of twins and not of channels that vary apart", () => {
    const twins = sampleWorld(createWorld({ twinNoise: 0.02 }));
    const named = checkSeparation(twins.inputs, twins.responses)
      .filter(({ raised, channels }) => raised && channels.length > 0)
      .map(({ channels }) => channels.toSorted().join());
    expect(named).toEqual(["radio,tv"]);
    const conditions = [twins, sampled].map(({ inputs }) =>
      computeCondition(correlateColumns(inputs), inputs.channels.length),
    );
    expect(conditions[0]).toBeGreaterThan(3 * (conditions[1] ?? 0));
    expect(checkSeparation(sampled.inputs, sampled.responses).some(({ raised }) => raised)).toBe(
      false,
    );
  });

  it("correlates as Pearson does", () => {
    const a = Float64Array.of(1, 2, 3, 4);
    expect(
      correlate(
        a,
        a.map((x) => 3 - 2 * x),
      ),
    ).toBeCloseTo(-1, 12);
    expect(
      correlate(
        a,
        a.map(() => 1),
      ),
    ).toBe(0);
  });
});

describe("learning", () => {
  it("measures no distance from itself and a whole one from what lies apart", () => {
    const a = Float64Array.from({ length: 100 }, (_, i) => i);
    expect(measureDistance(a, a)).toBe(0);
    expect(
      measureDistance(
        a,
        a.map((x) => x + 1000),
      ),
    ).toBe(1);
    expect(
      measureDistance(
        a,
        a.map((x) => x + 50),
      ),
    ).toBeCloseTo(0.5, 2);
  });

  it("is found missing where a channel's spend never varied", () => {
    const flat = createWorld();
    const dataset = {
      ...flat.dataset,
      channels: flat.dataset.channels.map((channel) =>
        channel.name === "search"
          ? { ...channel, spend: channel.spend.map(() => 5), exposure: channel.spend.map(() => 5) }
          : channel,
      ),
    };
    const { inputs, responses } = sampleWorld({ ...flat, dataset });
    const flags = checkLearning(inputs, responses, 1);
    const raised = flags.filter((flag) => flag.raised).map(({ channels }) => channels[0]);
    expect(raised).toContain("search");
    expect(raised).not.toContain("tv");
  });
});

describe("the hidden confounder", () => {
  it("has the robustness value of Cinelli & Hazlett's example: t = 4.18 on 783 degrees is 13.9 %", () => {
    const test = { coefficient: 0.097, t: 4.18, partialR2: 0.022, freedom: 783 };
    expect(computeRobustness(test, 1)).toBeCloseTo(0.139, 3);
    expect(computeRobustness(test, 0.5)).toBeLessThan(computeRobustness(test, 1));
  });

  it("speaks of channels that the plan moves alone", () => {
    const moved = plan.channels
      .filter((row) => Math.abs(row.spend_after / row.spend_before - 1) >= 0.1)
      .map(({ channel }) => channel);
    const named = checkConfounders(sampled.inputs, sampled.responses, plan);
    expect(named.map(({ channels }) => channels[0])).toEqual(moved);
    for (const { value } of named) expect(value >= 0 && value <= 1).toBe(true);
  });
});

describe("forms", () => {
  it("agree where the data are plain", () => {
    const flag = checkForms(world.dataset, world.config, { ...settings, priors, profile, plan });
    expect(flag.raised).toBe(false);
    expect(Object.keys(flag.figures)).toEqual(["plain", "s_shaped"]);
  });

  it("disagree with a plan that takes from the best channel", () => {
    const spend = new Map(plan.channels.map((row) => [row.channel, row.spend_before]));
    const wrong: PosteriorPlan = {
      ...plan,
      channels: plan.channels.map((row) => ({
        ...row,
        spend_after: (spend.get(row.channel) ?? 0) * (row.channel === "tv" ? 0.7 : 1.15),
      })),
    };
    const flag = checkForms(world.dataset, world.config, {
      ...settings,
      priors,
      profile,
      plan: { ...wrong, spent: wrong.channels.reduce((sum, row) => sum + row.spend_after, 0) },
    });
    expect(flag.raised).toBe(true);
    expect(flag.channels).toContain("tv");
    expect(listOpposites(plan, wrong)).toContain("tv");
  });
});

describe("stability", () => {
  const context = {
    ...settings,
    inputs: sampled.inputs,
    responses: sampled.responses,
    priors,
    profile,
    plan,
  };

  it("stands where nothing changed", () => {
    const flags = checkStability(world.dataset, world.config, context);
    expect(flags.filter(({ raised }) => raised)).toEqual([]);
    expect(flags[0]?.figures.ends).toBeGreaterThan(1);
  });

  it("says that a short series cannot be asked", () => {
    const short = createWorld({ weeks: 66 });
    const own = sampleWorld(short);
    const flags = checkStability(short.dataset, short.config, {
      ...context,
      inputs: own.inputs,
      responses: own.responses,
    });
    expect(flags[0]).toMatchObject({ raised: false, figures: { ends: 0 } });
  });

  it("scales a plan by shares of spend", () => {
    const half = {
      ...sampled.responses,
      channels: sampled.responses.channels.map((one) => ({ ...one, spend: one.spend / 2 })),
    };
    expect(scalePlan(plan, half).spent).toBeCloseTo(plan.spent / 2, 6);
  });
});

describe("recovery", () => {
  it("holds on the model's own simulations", () => {
    const flag = checkRecovery(sampled.inputs, sampled.draws, settings);
    expect(flag.raised).toBe(false);
    expect(flag.value).toBeGreaterThan(0.7);
  });

  it("simulates with the draw's own noise", () => {
    const { target, shares } = simulateFromDraw(sampled.inputs, sampled.draws, {
      draw: 3,
      seed: 9,
    });
    expect(target.length).toBe(sampled.inputs.target.length);
    expect(shares.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    const again = simulateFromDraw(sampled.inputs, sampled.draws, { draw: 3, seed: 9 });
    expect(again.target).toEqual(target);
  });
});
