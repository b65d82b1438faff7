import { describe, expect, it } from "vitest";
import { checkFigure, describeBound } from "../../../agents/builtin/finding.ts";

const check = (more: Partial<Parameters<typeof checkFigure>[0]>) =>
  checkFigure({
    code: "roi_implausible",
    channel: "tv",
    text: "ROI 30",
    figure: 30,
    bound: { low: 0.5, high: 20, source: "s" },
    before: null,
    gravity: "critical",
    ...more,
  });
const severity = (more: Parameters<typeof check>[0]) => check(more)[0]?.severity ?? "none";

describe("a figure outside its bound", () => {
  it("is a finding only outside, ends included", () => {
    expect(check({ figure: 20 })).toEqual([]);
    expect(check({ figure: 0.5 })).toEqual([]);
    expect(check({})).toMatchObject([
      { code: "roi_implausible", severity: "critical", channel: "tv", figure: 30, source: "s" },
    ]);
  });

  it("is critical only where it is worse than the baseline's", () => {
    expect(severity({ before: 30 })).toBe("warning");
    expect(severity({ before: 29.9 })).toBe("warning");
    expect(severity({ before: 21 })).toBe("critical");
    expect(check({ before: 30 })[0]?.message).toContain("inherited from the baseline");
  });

  it("is critical only where its whole interval lies outside, or not even holds it", () => {
    expect(severity({ interval: [10, 40] })).toBe("warning");
    expect(severity({ interval: [25, 40] })).toBe("critical");
    expect(severity({ interval: [1, 5] })).toBe("critical");
    expect(severity({ interval: [10, 40], gravity: "info" })).toBe("info");
  });

  it("is told by the side it lies on", () => {
    expect(check({})[0]?.message).toBe("tv: ROI 30 is outside 0.5 to 20");
    const least = { low: 0.8, high: Infinity, source: "s" };
    expect(check({ figure: 0.1, bound: least, channel: null })[0]?.message).toBe(
      "ROI 30 is below 0.8",
    );
    expect(describeBound({ low: 0.25, high: 0.7 }, true)).toBe("25 % to 70 %");
    expect(describeBound({ low: -Infinity, high: 2 })).toBe("at most 2");
  });
});
