import { describe, expect, it } from "vitest";
import { checkReturns, describeRoi } from "../../../agents/builtin/return-checks.ts";
import type { ChannelResult } from "../../../schemas/parts.ts";
import { context, SETTINGS } from "../../support/agent-jobs.ts";

const channel = (more: Partial<ChannelResult> = {}): ChannelResult =>
  ({
    channel: "tv",
    media_type: "tv",
    roi: 4,
    roi_low: null,
    roi_high: null,
    mroi: 3,
    spend_share: 0.4,
    effect_share: 0.5,
    ...more,
  }) as ChannelResult;
const check = (more: Partial<ChannelResult>, before: Partial<ChannelResult> | null = null) =>
  checkReturns(channel(more), {
    context: context({ roi_unit: "revenue", margin: 0.5 }),
    settings: SETTINGS,
    before: before === null ? null : channel(before),
  }).map(({ code, severity }) => `${code} ${severity}`);

describe("returns", () => {
  it("are fine where benchmarks expect them", () => expect(check({})).toEqual([]));

  it("are implausible or off the benchmark, not both", () => {
    expect(check({ roi: 25, mroi: 20 })).toEqual(["roi_implausible critical"]);
    expect(check({ roi: 15, mroi: 12 })).toEqual(["roi_off_benchmark warning"]);
    expect(check({ roi: 25, mroi: 20 }, { roi: 25 })).toEqual(["roi_implausible warning"]);
  });

  it("break even where the next unit brings its cost back at the margin", () => {
    expect(check({ mroi: 2 })).toEqual([]);
    expect(check({ mroi: 1.9 })).toEqual(["next_spend_below_break_even info"]);
    expect(check({ mroi: 9 })).toEqual(["response_still_accelerating warning"]);
  });

  it("stand to spend as effects do, except for next to no spend", () => {
    expect(check({ effect_share: 0.1 })).toEqual(["effect_far_from_spend warning"]);
    expect(check({ spend_share: 0.01, effect_share: 0.5 })).toEqual([]);
  });

  it("of nothing are told apart from no spend", () => {
    expect(check({ roi: null })).toEqual([]);
    expect(check({ roi: 0 })).toEqual(["channel_without_effect warning"]);
    expect(check({ roi: 0 }, { roi: 0 })).toEqual(["channel_without_effect info"]);
  });

  it("are told with interval and profit", () => {
    expect(
      describeRoi(channel({ roi_low: 3, roi_high: 5 }), context({ margin: 0.5, currency: "USD" })),
    ).toBe("ROI 4.00 (3.00 to 5.00) revenue per USD, profit 2.00 at margin 0.5");
  });
});
