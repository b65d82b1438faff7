import { describe, expect, it } from "vitest";
import {
  formatCompact,
  formatPathLabel,
  formatPercent,
  formatSignificant,
} from "../../dashboard/figures.ts";

describe("figures as people read them", () => {
  it("are percent with a dash for what is unknown", () => {
    expect(formatPercent(0.0512)).toBe("5.12 %");
    expect(formatPercent(1, 0)).toBe("100 %");
    expect([formatPercent(null), formatPercent(undefined)]).toEqual(["–", "–"]);
    expect(formatPercent(0)).toBe("0.00 %");
  });

  it("have three digits and no exponent", () => {
    expect(formatSignificant(1234.5)).toBe("1230");
    expect(formatSignificant(0.012345)).toBe("0.0123");
    expect(formatSignificant(1_234_567)).toBe("1.23 m");
    expect(formatSignificant(-0.5, 4)).toBe("-0.5");
    expect(formatSignificant(null)).toBe("–");
  });

  it("are short where they are large, negative ones too", () => {
    expect([999, 1000, -25_400, 2e6, 3.14e9].map(formatCompact)).toEqual([
      "999",
      "1 k",
      "-25.4 k",
      "2 m",
      "3.14 bn",
    ]);
  });

  it("name a path without its section", () => {
    expect(formatPathLabel("hyperparameters.tv.decay")).toBe("tv decay");
    expect(formatPathLabel("training.l2_penalty")).toBe("l2_penalty");
  });
});
