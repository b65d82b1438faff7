import { describe, expect, it } from "vitest";
import { describePermittedTuning } from "../../../guard/rules/permitted.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeTunableBounds } from "../../../guard/specification/tunables.ts";
import { createViolation, type ViolationCode } from "../../../guard/violation.ts";
import { modelConfig } from "../fixtures.ts";

const config = modelConfig();
const PATH = "hyperparameters.tv.decay";
const bounds = computeTunableBounds(config, SPECIFICATION_SHIPPED);
const { min, max } = bounds.get(PATH) ?? { min: 0, max: 0 };
const tell = (code: ViolationCode, path: string, evidence: string, model = config) =>
  describePermittedTuning(
    [createViolation(code, path, "no", evidence)],
    SPECIFICATION_SHIPPED,
    model,
  );

describe("the nearest permitted tuning", () => {
  it("is the end of the range that the number left", () => {
    expect(tell("value_out_of_range", PATH, "0.99")).toBe(
      `${PATH} may be ${min} to ${max}; the nearest permitted value is ${max}.`,
    );
    expect(tell("value_out_of_range", PATH, "0.001")).toMatch(new RegExp(`value is ${min}\\.$`));
    expect(tell("value_not_number", PATH, "many")).toBe(`${PATH} may be ${min} to ${max}.`);
  });

  it("lies in the range also where its ends are roots", () => {
    const daily = modelConfig({
      data: { path: "d.csv", date: "day", target: "revenue", frequency: "daily" },
    });
    const text = tell("value_out_of_range", PATH, "0.01", daily);
    const offered = Number(/value is ([\d.]+)\.$/.exec(text)?.[1]);
    const bound = computeTunableBounds(daily, SPECIFICATION_SHIPPED).get(PATH);
    expect(offered).toBeGreaterThanOrEqual(bound?.min ?? 1);
    expect(offered - (bound?.min ?? 0)).toBeLessThan(1e-5);
  });

  it("names a few decays where the refusal was about something else", () => {
    const text = tell("path_protected", "adstock.type", "weibull");
    expect(text).toContain(`${PATH} within`);
    expect(text.match(/within/g)).toHaveLength(4);
  });

  it("is told without a model, too", () => {
    expect(describePermittedTuning([], SPECIFICATION_SHIPPED, null)).toMatch(/tv 0\.\d+ to 0\.\d+/);
  });
});
