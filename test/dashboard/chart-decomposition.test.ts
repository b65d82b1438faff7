import { describe, expect, it } from "vitest";
import { drawDecomposition, drawWaterfall } from "../../dashboard/chart-decomposition.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";

const detail = (names: readonly string[]): ModelDetail =>
  ({
    config: { channels: names.map((name) => ({ name })) },
    contributions: {
      dates: ["2024-01-01", "2024-01-08"],
      fitted: [100, 100],
      baseline: [80, 70],
      channels: Object.fromEntries(names.map((name, at) => [name, at === 0 ? [20, 20] : [0, 10]])),
    },
  }) as unknown as ModelDetail;

describe("what the target is made of", () => {
  it("is told in shares of what is fitted", () => {
    const { text } = drawWaterfall(detail(["tv", "search"])).svg;
    const shares = [...text.matchAll(/>([\d.]+) %</g)].map((match) => Number(match[1]));
    expect(shares).toEqual([75, 20, 5, 100]);
  });

  it("names the baseline before the channels", () => {
    const { legend } = drawDecomposition(detail(["tv", "search"]));
    expect(legend?.map(({ name }) => name)).toEqual(["baseline", "tv", "search"]);
  });

  it("writes names aslant where they would not fit", () => {
    expect(drawWaterfall(detail(["tv"])).svg.text).not.toContain("rotate(-40)");
    const many = Array.from({ length: 9 }, (_, at) => `a rather long name ${at}`);
    expect(drawWaterfall(detail(many)).svg.text).toContain("rotate(-40)");
  });
});
