/** The words of reports in plain language. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findTerm, suggestTerms, TERMS } from "../../../cli/terms/find-term.ts";

describe("a term", () => {
  it.each([
    ["r_hat", "R-hat"],
    ["R-hat", "R-hat"],
    ["r2", "R²"],
    ["ROAS", "ROI"],
    ["half-life", "adstock"],
    ["Convergence", "convergence"],
    ["90 % interval", "interval"],
    ["wmape", "wMAPE"],
  ])("is found as %s", (typed, name) => {
    expect(findTerm(typed)?.name).toBe(name);
  });

  it("is suggested by a part of it, and not made up", () => {
    expect(findTerm("stabil")).toBeNull();
    expect(suggestTerms("stabil")).toContain("ROI stability");
    expect(suggestTerms("!")).toEqual([]);
  });

  it("has no word that leads to two rows", () => {
    const words = TERMS.flatMap(({ name, also }) => [name, ...also]);
    const small = words.map((word) => word.toLowerCase());
    expect(small.filter((word, at) => small.indexOf(word) !== at)).toEqual([]);
    for (const { name, also } of TERMS) {
      for (const word of also) expect(findTerm(word)?.name, word).toBe(name);
    }
  });

  it("stands in the words of the tables that a run prints, and points to pages that are there", () => {
    const summary = readFileSync("cli/output/summary.ts", "utf8");
    for (const word of ["MAPE", "wMAPE", "R²", "MAE", "NRMSE", "convergence", "ROI stability"]) {
      expect(summary).toContain(word);
      expect(findTerm(word), word).not.toBeNull();
    }
    for (const { more } of TERMS) {
      const [file = "", section] = more.split(" §");
      expect(existsSync(file), more).toBe(true);
      if (section !== undefined) {
        expect(readFileSync(file, "utf8"), more).toMatch(new RegExp(`^## ${section} `, "m"));
      }
    }
  });
});
