/** Protects: plans for a coming period keep what was asked, scale the published figures, and say what is odd. */
import { describe, expect, test } from "vitest";
import { planBudget } from "../../../model/budget/plans.ts";
import { type BudgetRequest } from "../../../model/budget/forms.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { estimateEffects, type Effects } from "../../../model/effects.ts";
import { sum } from "../../../model/numbers.ts";
import { planSpends, PLAN_RANGE } from "../../../model/posterior/plans.ts";
import type { ChannelResponses } from "../../../model/posterior/responses.ts";
import { golden, goldenConfig, unsafeNumbers } from "../support.ts";

const config = goldenConfig();
const effects = estimateEffects(parseDataset(golden.objective.csv, config), config);
const names = config.channels.map(({ name }) => name);
const trainingWeeks = effects.responses.weeklyFitted.length;
const plan = (request: Partial<BudgetRequest> = {}, of: Effects = effects, channels = names) =>
  planBudget(of, { weeks: 13, ...request }, { trainingWeeks, names: channels });
const refused = (request: Partial<BudgetRequest>) =>
  expect(() => plan(request)).toThrow(expect.objectContaining({ code: "allocation_infeasible" }));
const today = effects.responses.channels.map(({ spend }) => (spend * 13) / trainingWeeks);
const [a = 0, b = 0, c = 0] = today;

describe("plans for a coming period", () => {
  test("stay within ±30 % and the total, and have their gain as a distribution", () => {
    const { plans, total, today: now } = plan();
    expect(unsafeNumbers(plan())).toEqual([]);
    expect(total).toBeCloseTo(sum(today), 6);
    expect(now.spent).toBeCloseTo(sum(today), 6);
    expect(plans.map(({ aim }) => aim)).toEqual(["expected", "cautious", "surest"]);
    for (const { spent, channels, gain } of plans) {
      expect(spent).toBeLessThanOrEqual(total * (1 + 1e-9));
      for (const { change } of channels) expect(Math.abs(change ?? 1)).toBeLessThan(0.3 + 1e-9);
      expect(gain.low).toBeLessThanOrEqual(gain.high);
    }
  });

  test("are each the best at what they aim at", () => {
    const [expected, cautious, surest] = plan().plans;
    expect(expected?.gain.expected).toBeGreaterThanOrEqual(
      (cautious?.gain.expected ?? 0) * (1 - 1e-4),
    );
    expect(surest?.gain.probability).toBeGreaterThanOrEqual(expected?.gain.probability ?? 1);
    expect(surest?.gain.probability).toBeGreaterThanOrEqual(cautious?.gain.probability ?? 1);
  });

  test("are those of the one planner, scaled to the period", () => {
    const whole = planSpends(effects.responses, { range: PLAN_RANGE, beyondData: false });
    const scale = 13 / trainingWeeks;
    for (const [at, row] of (plan().plans[0]?.channels ?? []).entries()) {
      expect(row.spend_after).toBeCloseTo((whole.spends[at] ?? 0) * scale, 3);
      const published = effects.summary.channels[row.channel]?.contribution.median ?? 0;
      expect(row.response_before.median).toBeCloseTo(published * scale, 6);
    }
  });

  test("keep fixed channels, groups, bounds and a least return", () => {
    const { plans } = plan({
      range: 1,
      fixed: ["a"],
      groups: [{ name: "bc", channels: ["b", "c"], low: 0.9 * (b + c), high: 0.95 * (b + c) }],
      bounds: { c: [0.5 * c, 0.7 * c] },
    });
    for (const { channels } of plans) {
      const [first, second, third] = channels.map(({ spend_after }) => spend_after);
      expect(first).toBeCloseTo(a, 6);
      const both = (second ?? 0) + (third ?? 0);
      expect(both).toBeGreaterThanOrEqual(0.9 * (b + c) * (1 - 1e-6));
      expect(both).toBeLessThanOrEqual(0.95 * (b + c) * (1 + 1e-6));
      expect(third).toBeLessThanOrEqual(0.7 * c * (1 + 1e-6));
    }
  });

  test("reach a goal with the least spend", () => {
    const full = plan({ range: 1, aims: ["expected"] });
    const goal = 0.8 * (full.plans[0]?.response.expected ?? 0);
    const [cheap] = plan({ range: 1, goal, aims: ["expected"] }).plans;
    expect(cheap?.response.expected).toBeGreaterThanOrEqual(goal * (1 - 1e-6));
    expect(cheap?.spent).toBeLessThan(0.95 * full.total);
    expect(cheap?.findings).toEqual([]);
  });

  test("are refused where something cannot be kept", () => {
    refused({ minimum_roi: 1e6 });
    refused({ goal: 1e12 });
    refused({ total: 0.1 * sum(today) });
    refused({ total: Number.NaN });
    refused({ bounds: { a: [9, 5] } });
    refused({ bounds: { x: [0, 5] } });
    refused({ fixed: ["x"] });
    refused({ groups: [{ name: "g", channels: ["a"], low: 5 * a, high: 6 * a }] });
    refused({ groups: [{ name: "g", channels: ["x"], low: 0, high: 1 }] });
    const both = { channels: ["a"], low: 0, high: 2 * a };
    refused({
      groups: [
        { name: "g", ...both },
        { name: "h", ...both },
      ],
    });
  });

  test("name money left, channels without history and spend beyond the data", () => {
    const codes = (request: Partial<BudgetRequest>) =>
      plan(request).plans.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codes({ total: 3 * sum(today) })).toContain("budget_unspent");
    expect(codes({ total: 6 * sum(today), bounds: { a: [5 * a, 5 * a] } })).toContain(
      "extrapolated_beyond_data",
    );
    const told = plan({ bounds: { new: [0, 50] } }, effects, [...names, "new"]).findings;
    expect(told.map(({ code, channel }) => [code, channel])).toEqual([
      ["channel_without_history", "new"],
    ]);
  });

  test("do not depend on the unit of money or of the target", () => {
    const scaleBy = (money: number, target: number): Effects => ({
      ...effects,
      responses: {
        ...effects.responses,
        channels: effects.responses.channels.map(
          (one): ChannelResponses => ({
            ...one,
            spend: one.spend * money,
            roi: one.roi.map((value) => (value * target) / money),
            contribution: one.contribution.map((value) => value * target),
            curves: one.curves.map((value) => value * target),
          }),
        ),
      },
    });
    const [plain] = plan({ aims: ["expected"] }).plans;
    for (const [money, target] of [
      [1e-12, 1],
      [1e6, 1e-9],
    ] as const) {
      const [scaled] = plan({ aims: ["expected"] }, scaleBy(money, target)).plans;
      for (const [at, row] of (scaled?.channels ?? []).entries()) {
        const own = plain?.channels[at];
        expect(row.spend_after / money / (own?.spend_after ?? 1)).toBeCloseTo(1, 6);
        expect(((row.mroi_after ?? 0) * money) / target / (own?.mroi_after ?? 1)).toBeCloseTo(1, 6);
      }
    }
  });
});
