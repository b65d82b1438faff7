/** Protects: what `mmm simulate` writes can be trained, or it says at once why not. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDataset } from "../../../model/data/dataset.ts";
import { simulateData } from "../../../model/simulate/simulate.ts";
import { parseSimulationSpec } from "../../../model/simulate/simulation-spec.ts";
import { createTrainableConfig } from "../../../model/simulate/trainable.ts";

const channel = {
  name: "tv",
  media_type: "tv",
  mean_spend: 9000,
  decay: 0.5,
  alpha: 1.2,
  gamma: 0.5,
  roi: 2,
};
const make = (spec: object) => {
  const made = simulateData(parseSimulationSpec(spec), 1);
  return { made, config: createTrainableConfig(made, "data.csv") };
};

describe("a simulation", () => {
  it("whose periods do not hold the folds is refused with how many there are", () => {
    expect(() => make({ frequency: "daily", periods: 300, channels: [channel] })).toThrow(
      /cannot be trained: 300 periods leave 0/,
    );
  });

  it("with a lag that no configuration may have is refused by its field", () => {
    expect(() => make({ max_lag: 150, periods: 400, channels: [channel] })).toThrow(/max_lag/);
  });

  it("keeps the digits of money in any unit", () => {
    const spec = (unit: number) => ({
      base_level: 120_000 / unit,
      channels: [{ ...channel, mean_spend: 9000 / unit }],
    });
    const [whole, millions] = [make(spec(1)), make(spec(1e6))].map(({ made, config }) =>
      parseDataset(made.csv, config),
    );
    for (const [week, value] of (whole?.target ?? []).entries()) {
      expect((millions?.target[week] ?? 0) * 1e6).toBeCloseTo(value, -3);
      const spend = whole?.channels[0]?.spend[week] ?? 0;
      expect(Math.abs((millions?.channels[0]?.spend[week] ?? 0) * 1e6 - spend)).toBeLessThan(1);
    }
    expect(new Set(millions?.target).size).toBeGreaterThan(150);
  });
});

const CASES = "../shared/cases/simulate-limits/";
describe.skipIf(!existsSync(CASES))(`the specifications of ${CASES}`, () => {
  const read = (name: string): object =>
    JSON.parse(readFileSync(`${CASES}spec_${name}.json`, "utf8")) as object;

  it("are refused at once, or what is written trains with its digits", () => {
    expect(() => make(read("daily300"))).toThrow(/cannot be trained/);
    expect(() => make(read("lag150"))).toThrow(/max_lag/);
    const { made, config } = make(read("millions"));
    const { target, channels } = parseDataset(made.csv, config);
    expect(new Set(target).size).toBeGreaterThan(200);
    expect(new Set(channels[1]?.spend).size).toBeGreaterThan(200);
  });
});
