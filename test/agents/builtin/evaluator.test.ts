/** The objective as the Data Scientist looks at it: rounded, inside the rules, remembered. */
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../../../agents/builtin/evaluator.ts";
import { computeSearchBounds } from "../../../guard/specification/tunables.ts";
import { createObjective } from "../../../model/fit/objective.ts";
import { toParameterVector } from "../../../model/fit/problem.ts";
import { SPEC } from "../../support/agent-jobs.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const base = smallConfig();
const dataset = smallDataset();
const bounds = computeSearchBounds(base, SPEC);

function evaluator(frozen: readonly string[] = []) {
  return createEvaluator({
    dataset,
    base,
    baseline: base,
    bounds,
    frozen: new Set(frozen),
    spec: SPEC,
  });
}

/** Parameter vector with one value replaced: tv decay, alpha, gamma, then search's, then penalty. */
function vector(index: number, value: number): Float64Array {
  const parameters = toParameterVector(base);
  parameters[index] = value;
  return parameters;
}

describe("createEvaluator", () => {
  it("evaluates what it would propose: four significant digits", () => {
    const looked = evaluator();
    const { loss } = looked.objective.evaluate(vector(0, 0.612349));
    expect(loss).toBe(createObjective(dataset, base).evaluate(vector(0, 0.6123)).loss);
    expect(looked.tried[0]?.parameters[0]).toBe(0.6123);
  });

  it("keeps the value in force where a new one rounds to it", () => {
    expect(evaluator().rounded(vector(0, 0.550001))[0]).toBe(0.55);
  });

  it("brings values into their range and leaves frozen ones alone", () => {
    const looked = evaluator(["hyperparameters.tv.alpha"]);
    const rounded = looked.rounded(Float64Array.from([2, 2.5, 2, 0.15, 1, 0.5, 0.01]));
    expect(rounded[0]).toBe(bounds.get("hyperparameters.tv.decay")?.max);
    expect(rounded[1]).toBe(1);
    expect(rounded[2]).toBe(1);
  });

  it("remembers nothing that the signature layer would refuse, and calls it bad", () => {
    const looked = evaluator();
    const withoutCarryover = toParameterVector(base);
    withoutCarryover[0] = 0.05;
    withoutCarryover[3] = 0;
    const { loss } = looked.objective.evaluate(withoutCarryover);
    expect(loss).toBeGreaterThan(1000);
    expect(looked.tried).toEqual([]);
    expect(looked.evaluations).toBe(1);
  });

  it("starts from the loss of the configuration in force", () => {
    const own = createObjective(dataset, base).evaluate(toParameterVector(base)).loss;
    expect(evaluator().startLoss).toBe(own);
  });
});
