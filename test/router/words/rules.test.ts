import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONCEPTS } from "../../../router/words/concepts.ts";
import { FOREIGN_CONCEPTS } from "../../../router/words/foreign-concepts.ts";
import { LABELS } from "../../../router/words/roles.ts";
import { judgeByRules } from "../../../router/words/rules.ts";

describe("judgeByRules", () => {
  it.each([
    ["Tune the decay of TV from 0.8 to 0.6 and refit", "data_scientist"],
    ["Replace the geometric adstock by a Weibull adstock", "research_persona"],
    ["Is an ROI of 14 plausible against industry benchmarks?", "business_analyst"],
    ["Do we approve the deployment and what is the rollback plan?", "stakeholder"],
    ["My laptop lost the VPN and the printer is jammed", "out_of_scope"],
    [
      "Ist ein ROI von 12 für Radio plausibel? Bitte mit der Branche vergleichen.",
      "business_analyst",
    ],
    ["Remplacez l'adstock géométrique par une fonction de Weibull.", "research_persona"],
    ["Reduce la tasa de aprendizaje a la mitad, por favor.", "data_scientist"],
  ])("routes %j to %s", (text, label) => expect(judgeByRules(text).label).toBe(label));

  it.each([[""], ["and then?"], ["the adstock"]])("names nobody for %j", (text) => {
    expect(judgeByRules(text).label).toBeNull();
  });

  it("names nobody when two roles are equally near", () => {
    expect(judgeByRules("approve the decision on the plausible roi").label).toBeNull();
  });

  it("says which concepts it found", () => {
    expect(judgeByRules("change it to a weibull").concepts).toContain("other_form");
  });

  it("gives shares that sum to 1 for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const { scores } = judgeByRules(text);
        const sum = LABELS.reduce((total, label) => total + scores[label], 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });

  it("has one row per concept id", () => {
    const ids = [...CONCEPTS, ...FOREIGN_CONCEPTS].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("judges only the beginning of a text of 1 MB", () => {
    const long = `${"noise ".repeat(170_000)} replace the adstock by a weibull`;
    expect(judgeByRules(long).label).toBeNull();
  });
});
