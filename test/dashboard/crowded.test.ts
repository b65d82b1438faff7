/** Protects: pictures stay readable with many channels and with a return nobody knows. */
import { describe, expect, it } from "vitest";
import { drawWaterfall } from "../../dashboard/chart-decomposition.ts";
import { drawReturns } from "../../dashboard/chart-returns.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";
import { smallReport } from "./report-fixture.ts";

const detail = smallReport().detail as ModelDetail;

/** The same model with an interval of one channel's ROI that ends at `high`. */
function withInterval(high: number): ModelDetail {
  const channels = detail.result.channels.map((row, at) =>
    at === 0 ? { ...row, roi: 1, roi_low: 0, roi_high: high } : row,
  );
  return { ...detail, result: { ...detail.result, channels } };
}

describe("the picture of returns", () => {
  it("cuts an endless interval and writes its end beside it", () => {
    const { svg, caption } = drawReturns(withInterval(123_456), [], "units");
    expect(svg.text).toMatch(/→ 123[, ]?456|→ 1\.23e\+5|→ 123000|→ 123456/);
    expect(caption).toContain("goes on to it");
  });

  it("leaves ordinary intervals whole", () => {
    const { svg, caption } = drawReturns(detail, [], "units");
    expect(svg.text).not.toMatch(/→ \d/);
    expect(caption).not.toContain("goes on to it");
  });
});

describe("the waterfall", () => {
  const many = ["newspaper_and_magazines", "digital_audio_streams", "out_of_home_large"].flatMap(
    (name) => [name, `${name}_2`],
  );
  const crowded: ModelDetail = {
    ...detail,
    config: {
      ...detail.config,
      channels: many.map((name) => ({ ...detail.config.channels[0], name })) as never,
    },
  };

  it("writes names aslant only where they would run into each other", () => {
    expect(drawWaterfall(detail).svg.text).not.toContain("rotate(-40)");
    expect(drawWaterfall(crowded).svg.text).toContain("rotate(-40)");
  });
});
