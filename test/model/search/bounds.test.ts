import { describe, expect, test } from "vitest";
import { fromUnit, includePoint, resolveBox, toUnit } from "../../../model/search/bounds.ts";
import { smallConfig } from "../../support/small-model.ts";

const config = smallConfig();

describe("the box of a search", () => {
  test("takes given ranges and the medium's own for the rest", () => {
    const box = resolveBox(config, { hyperparameters: { tv: { decay: [0.2, 0.4] } } });
    expect(box.paths[0]).toBe("hyperparameters.tv.decay");
    expect([box.low[0], box.high[0]]).toEqual([0.2, 0.4]);
    expect([box.low[3], box.high[3]]).toEqual([0, 0.3]);
    expect(box.paths.at(-1)).toBe("training.l2_penalty");
  });

  test("refuses ranges upside down, beyond the hard limits, or for a stranger", () => {
    const tv = (decay: [number, number]) => ({ hyperparameters: { tv: { decay } } });
    expect(() => resolveBox(config, tv([0.4, 0.2]))).toThrow(/tv\.decay/);
    expect(() => resolveBox(config, tv([0.2, 1]))).toThrow(/0\.999/);
    expect(() => resolveBox(config, { l2_penalty: [0, 1] })).toThrow(/l2_penalty/);
    expect(() => resolveBox(config, { hyperparameters: { radio: {} } })).toThrow(/"radio"/);
  });

  test("has the penalty on a log scale: the middle is the geometric mean", () => {
    const box = resolveBox(config, { l2_penalty: [1e-4, 1] });
    const middle = fromUnit(box, new Float64Array(7).fill(0.5));
    expect(middle[6]).toBeCloseTo(0.01, 12);
    expect(middle[0]).toBeCloseTo(0.55, 12);
    const back = toUnit(box, middle);
    for (const value of back) expect(value).toBeCloseTo(0.5, 12);
  });

  test("is made larger for a start outside, and brings other points to its edge", () => {
    const box = resolveBox(config);
    const point = Float64Array.of(0.95, 1, 0.5, 0.1, 1, 0.5, 0.01);
    expect(toUnit(box, point)[0]).toBe(1);
    expect(includePoint(box, point).high[0]).toBe(0.95);
    expect(includePoint(box, point).low[0]).toBe(box.low[0]);
  });
});
