import { describe, expect, it } from "vitest";
import {
  findTouchedFields,
  normalizeText,
  splitIntoClauses,
  splitSentences,
} from "../../../guard/words/clause.ts";

describe("clauses", () => {
  it("end where a sentence turns, so that one's negation does not excuse the next", () => {
    const [first, second, ...rest] = splitIntoClauses(
      "Do not drop the trend but remove the adstock.",
    );
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ negated: true, strong: false, fields: ["baseline"] });
    expect(second).toMatchObject({ negated: false, strongOnProtected: true, fields: ["adstock"] });
  });

  it("tell a tunable number from the thing it belongs to", () => {
    const [number] = splitIntoClauses("Change the adstock decay to 0.6.");
    expect(number).toMatchObject({ tunable: true, weakOnProtected: false });
    const [thing] = splitIntoClauses("Replace the adstock by a Weibull kernel.");
    expect(thing).toMatchObject({ strongOnProtected: true, otherMethod: true, imperative: true });
  });

  it("know a condition and a question", () => {
    const [condition, order] = splitIntoClauses("If the fit is weak, drop the saturation.");
    expect(condition?.strong).toBe(false);
    expect(order).toMatchObject({ condition: true, strongOnProtected: true });
    expect(splitIntoClauses("Why not drop the trend?")[0]?.question).toBe(true);
  });

  it("name the protected fields in the order of their mention", () => {
    expect(findTouchedFields("The ridge, then the ADSTOCK.")).toEqual([
      "regularization",
      "adstock",
    ]);
    expect(findTouchedFields("weekly sales")).not.toContain("adstock");
  });
});

describe("a text", () => {
  it("is folded to plain lower case, one space wide", () => {
    expect(normalizeText("  Drор\n\tit’s ")).toBe("drop it's");
  });

  it("falls into sentences and list items that have letters", () => {
    expect(splitSentences("One. Two?\n- three\n42.")).toEqual(["One.", "Two?", "- three"]);
  });
});
