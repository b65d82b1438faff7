import { describe, expect, it } from "vitest";
import { parseBusinessContext, parseBusinessContextText } from "../../agents/business-context.ts";

const parse = (more: object) => parseBusinessContext({ business_unit: "emea", ...more });

describe("a business context", () => {
  it("states every default", () => {
    expect(parse({})).toMatchObject({
      currency: "EUR",
      roi_unit: "revenue",
      margin: 0.4,
      constraints: [],
      success_criteria: { mape_max: 0.2, improvement_min: 0 },
    });
  });

  it("names the first field that does not fit", () => {
    expect(() => parse({ margin: 0 })).toThrow(/^Business context, margin: /);
    expect(() => parse({ margin: 40 })).toThrow(/margin/);
    expect(() => parse({ roi_unit: "money" })).toThrow(/roi_unit/);
    expect(() => parse({ markets: ["de"] })).toThrow(/the document/);
    expect(() => parseBusinessContext({})).toThrow(/business_unit/);
  });

  it("has no range upside down", () => {
    const row = { path: "training.l2_penalty", reason: "r" };
    expect(() => parse({ constraints: [{ ...row, min: 2, max: 1 }] })).toThrow(/min is above max/);
    expect(parse({ constraints: [{ ...row, min: 1, max: 1 }] }).constraints).toHaveLength(1);
    const tv = { low: 3, high: 2, source: "s" };
    expect(() => parse({ roi_benchmarks: { tv } })).toThrow(/low is above high/);
  });

  it("is read from text, with what is wrong in one line", () => {
    expect(parseBusinessContextText('{"business_unit":"x"}').business_unit).toBe("x");
    expect(() => parseBusinessContextText("{")).toThrow(/correct the JSON/);
  });
});
