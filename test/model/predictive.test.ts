/** Protects: the posterior's own forecast stands beside the tuned one, blind to what it predicts. */
import { describe, expect, test } from "vitest";
import { estimateEffects } from "../../model/effects.ts";
import { evaluateLockedTest } from "../../model/locked-test.ts";
import { predictLaterWeeks, predictLockedWeeks } from "../../model/predictive.ts";
import { smallConfig, smallDataset } from "../support/small-model.ts";

const config = smallConfig();
const dataset = smallDataset();
const { draws } = estimateEffects(dataset, config);
if (draws === null) throw new Error("no draws");
const locked = predictLockedWeeks(dataset, config, draws);

describe("the posterior's forecast of the locked weeks", () => {
  test("is as near as the point forecast's, and its interval holds most of them", () => {
    expect(locked.weeks.map(({ date }) => date)).toEqual(dataset.dates.slice(-13));
    const point = evaluateLockedTest(dataset, config).metrics.wmape ?? 0;
    expect(locked.wmape).toBeLessThan(2 * point);
    expect(locked.covered).toBeGreaterThanOrEqual(0.7);
    for (const { low, median, high } of locked.weeks) {
      expect(low).toBeLessThan(median);
      expect(median).toBeLessThan(high);
    }
  });

  test("does not depend on their targets or on what is tuned, only its error does", () => {
    const target = dataset.target.map((value, week) => (week >= 143 ? 2 * value : value));
    const tuned = smallConfig({ hyperparameters: { tv: { decay: 0.7, alpha: 2, gamma: 0.8 } } });
    const other = predictLockedWeeks({ ...dataset, target }, tuned, draws);
    const bare = ({ weeks }: typeof locked) =>
      weeks.map(({ low, median, high }) => [low, median, high]);
    expect(bare(other)).toEqual(bare(locked));
    expect(other.wmape).toBeGreaterThan(locked.wmape ?? 1);
  });

  test("is refused for draws of another methodology", () => {
    const linear = smallConfig({ architecture: { trend: "linear" } });
    expect(() => predictLockedWeeks(dataset, linear, draws)).toThrow(/another methodology/);
  });
});

describe("the posterior's forecast of later weeks", () => {
  test("goes on from the weeks that trained, and is judged on those asked for", () => {
    const longer = smallDataset({ weeks: 166 });
    const later = predictLaterWeeks(longer, config, { draws, trainingEnd: 143, from: 156 });
    expect(later.weeks.map(({ date }) => date)).toEqual(longer.dates.slice(156));
    expect(later.wmape).toBeLessThan(0.2);
    const broken = { ...longer, target: longer.target.map((y, week) => (week >= 156 ? y / 2 : y)) };
    const missed = predictLaterWeeks(broken, config, { draws, trainingEnd: 143, from: 156 });
    expect(missed.wmape).toBeGreaterThan(0.4);
    expect(missed.covered).toBeLessThan(0.5);
  });
});
