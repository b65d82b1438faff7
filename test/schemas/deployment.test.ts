/** Grounds of a decision are read strictly, or not at all. */
import { describe, expect, it } from "vitest";
import { readDeploymentGrounds, summarizeDeployment } from "../../schemas/deployment.ts";

const use = { figures: { probability: 0.8, error: null }, reasons: ["why"], conditions: [] };
const GROUNDS = { forecast: use, budget: use, experiment: null, flags: [], notes: [] };

describe("grounds", () => {
  it("come back as they were written", () => {
    expect(readDeploymentGrounds(JSON.stringify(GROUNDS))).toEqual(GROUNDS);
  });

  it.each([
    ["no text", null],
    ["no JSON", "{"],
    ["another key", JSON.stringify({ ...GROUNDS, more: 1 })],
    [
      "a figure that is a text",
      JSON.stringify({ ...GROUNDS, budget: { ...use, figures: { p: "1" } } }),
    ],
    ["too much", JSON.stringify({ ...GROUNDS, notes: Array(501).fill("") })],
  ])("are none with %s", (_name, text) => {
    expect(readDeploymentGrounds(text)).toBeNull();
  });
});

describe("the screen of a decision", () => {
  const decided = { forecast_use: "approve", budget_use: "cannot_tell", conditions: ["c"] };

  it("has the figures of the budget's grounds", () => {
    expect(summarizeDeployment({ ...decided, ...GROUNDS })).toMatchObject({
      budget_use: "cannot_tell",
      probability: 0.8,
      expected_gain: null,
      budget_reasons: ["why"],
      conditions: ["c"],
      experiment: null,
    });
  });

  it("says what it can where grounds have another form", () => {
    expect(summarizeDeployment(decided)).toMatchObject({
      forecast_use: "approve",
      probability: null,
    });
  });
});
