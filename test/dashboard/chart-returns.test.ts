import { describe, expect, it } from "vitest";
import { drawReturns } from "../../dashboard/chart-returns.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";

const detail = (high: number): ModelDetail =>
  ({
    config: { channels: [{ name: "tv" }, { name: "radio" }] },
    result: {
      channels: [
        { name: "tv", roi: 2, mroi: 1, roi_low: 1, roi_high: high },
        { name: "radio", roi: null, mroi: null },
      ],
      posterior: { draws: 20 },
    },
  }) as unknown as ModelDetail;

describe("returns with their intervals", () => {
  it("cut an endless one and say where it goes on to", () => {
    const endless = drawReturns(detail(5000), [], "revenue per EUR");
    expect(endless.caption).toContain("goes on to it");
    expect(endless.svg.text).toContain("→ 5000");
    const plain = drawReturns(detail(3), [], "revenue per EUR");
    expect(plain.caption).not.toContain("goes on to it");
    expect(plain.svg.text).not.toContain("→ 3<");
    expect(plain.caption).toContain("revenue per EUR");
  });

  it("have no dot where nothing was spent, and a band where a benchmark is known", () => {
    const text = drawReturns(detail(3), [], "u").svg.text;
    expect(text.match(/<circle/g)).toHaveLength(1);
    const band = [{ channel: "tv", low: 1, high: 4, source: "s" }];
    const banded = drawReturns(detail(3), band, "u").svg.text;
    expect(banded.match(/<rect/g)?.length ?? 0).toBe((text.match(/<rect/g)?.length ?? 0) + 1);
  });
});
