import { describe, expect, it } from "vitest";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import {
  applyChanges,
  computeMethodologyDigest,
  computeSearchBounds,
  computeTunableBounds,
  readTunableValues,
} from "../../../guard/specification/tunables.ts";
import { modelConfig } from "../fixtures.ts";

const PATH = "hyperparameters.tv.decay";
const config = modelConfig();

describe("tunable numbers", () => {
  it("are three a channel and those of training, each with a range", () => {
    const values = readTunableValues(config);
    expect(values.size).toBe(5 * 3 + 3);
    expect(values.get(PATH)).toBe(0.55);
    const bounds = computeTunableBounds(config, SPECIFICATION_SHIPPED);
    expect([...bounds.keys()].toSorted()).toEqual([...values.keys()].toSorted());
  });

  it("have a decay per day where data are daily", () => {
    const data = { path: "d.csv", date: "day", target: "revenue", frequency: "daily" };
    const daily = computeTunableBounds(modelConfig({ data }), SPECIFICATION_SHIPPED).get(PATH);
    const weekly = computeTunableBounds(config, SPECIFICATION_SHIPPED).get(PATH);
    expect((daily?.max ?? 0) ** 7).toBeCloseTo(weekly?.max ?? 1, 12);
    expect(daily?.unit).toMatch(/\(day\)$/);
  });

  it("are changed in a copy", () => {
    const before = JSON.stringify(config);
    const changed = applyChanges(config, [
      { path: PATH, to: 0.6 },
      { path: "hyperparameters.tv.alpha", to: 2 },
      { path: "training.l2_penalty", to: 0.3 },
    ]);
    expect(changed.hyperparameters["tv"]).toMatchObject({ decay: 0.6, alpha: 2, gamma: 0.5 });
    expect(changed.training.l2_penalty).toBe(0.3);
    expect(JSON.stringify(config)).toBe(before);
    expect(computeMethodologyDigest(changed)).toBe(computeMethodologyDigest(config));
  });

  it.each([
    "hyperparameters.radio.decay",
    "hyperparameters.tv.decay.x",
    "hyperparameters.constructor.name",
    "training.toString",
    "adstock.type",
  ])("are not at %s", (path) => {
    expect(() => applyChanges(config, [{ path, to: 1 }])).toThrow(/not a tunable number/);
  });
});

describe("ranges of a search", () => {
  const narrow = (min: number, max: number) =>
    computeSearchBounds(config, SPECIFICATION_SHIPPED, [{ path: PATH, min, max, reason: "r" }]).get(
      PATH,
    );

  it("are narrowed by a constraint and never widened", () => {
    expect(narrow(0.4, 0.5)).toMatchObject({ min: 0.4, max: 0.5, softMin: 0.4, softMax: 0.5 });
    const free = computeSearchBounds(config, SPECIFICATION_SHIPPED).get(PATH);
    expect(narrow(-1, 2)).toEqual(free);
    expect(narrow(1.5, 2)).toMatchObject({ min: free?.max, max: free?.max });
  });
});
