import { describe, expect, test } from "vitest";
import { resolveSearch } from "../../../model/search/space.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const config = smallConfig();
const resolve = (options: Parameters<typeof resolveSearch>[2]) =>
  resolveSearch(dataset, config, options);

describe("the cube of a search", () => {
  test("holds free parameters alone; the others stay at the start", () => {
    const only = ["hyperparameters.search.decay"];
    const space = resolve({ constraints: { only } });
    expect(space.startPoint).toHaveLength(1);
    const moved = space.parametersAt(Float64Array.of(1));
    expect(moved[3]).toBe(0.3);
    expect(moved.filter((_, index) => index !== 3)).toEqual(
      space.start.filter((_, index) => index !== 3),
    );
    expect(() => resolve({ constraints: { only: ["adstock.type"] } })).toThrow(/adstock\.type/);
  });

  test("reads a half-life as a decay", () => {
    const { box } = resolve({ constraints: { half_life_weeks: { tv: [1, 2] } } });
    expect(box.low[0]).toBeCloseTo(0.5, 12);
    expect(box.high[0]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(() => resolve({ constraints: { half_life_weeks: { tv: [50, 60] } } })).toThrow(/tv/);
  });

  test("rounds points to four digits without leaving the range", () => {
    const bounds = { hyperparameters: { tv: { decay: [0.33336, 0.77774] } } } as const;
    const space = resolve({ bounds });
    const [lowest] = space.rounded(new Float64Array(7));
    const [highest] = space.rounded(new Float64Array(7).fill(1));
    expect([lowest, highest]).toEqual([0.3334, 0.7777]);
    const tight = resolve({ bounds: { hyperparameters: { tv: { decay: [0.33334, 0.33344] } } } });
    expect(tight.rounded(new Float64Array(7))[0]).toBe(0.33334);
  });

  test("blends validation and in-sample error, drawn to typical values, and worse outside a return", () => {
    const bare = resolve({ prior_weight: 0, in_sample_weight: 0 });
    const loss = bare.lossAt(bare.start);
    expect(bare.objective(bare.startPoint)).toBeCloseTo(loss, 12);
    const roi = { tv: [1000, 1000] } as const;
    const narrow = resolve({ prior_weight: 0, in_sample_weight: 0, constraints: { roi } });
    expect(narrow.objective(narrow.startPoint)).toBeGreaterThan(1.5 * loss);
    expect(narrow.parts).toBeNull();
    expect(() => resolve({ constraints: { roi: { radio: [0, 1] } } })).toThrow(/radio/);
  });
});
