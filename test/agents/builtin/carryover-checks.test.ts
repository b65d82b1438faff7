import { describe, expect, it } from "vitest";
import { checkCarryover, checkHalfLifeOrder } from "../../../agents/builtin/carryover-checks.ts";
import type { ChannelResult } from "../../../schemas/parts.ts";
import { SETTINGS } from "../../support/agent-jobs.ts";

const channel = (more: Partial<ChannelResult>): ChannelResult =>
  ({
    channel: "tv",
    media_type: "tv",
    decay: 0.5,
    half_life_weeks: 1,
    duration_90_weeks: 3.3,
    ...more,
  }) as ChannelResult;
const decay = {
  min: 0.1,
  max: 0.9,
  softMin: 0.3,
  softMax: 0.8,
  unit: "share",
  integer: false,
  field: "carryover_range",
} as const;
const check = (more: Partial<ChannelResult>, before: ChannelResult | null = null) =>
  checkCarryover(channel(more), { settings: SETTINGS, before, decay }).map(
    ({ code, severity }) => `${code} ${severity}`,
  );

describe("carryover that is hard to believe", () => {
  it("is a decay at the end of its range, critical unless the baseline had it", () => {
    expect(check({})).toEqual([]);
    expect(check({ decay: 0.9 })).toEqual(["decay_at_hard_bound critical"]);
    expect(check({ decay: 0.1 })).toEqual(["decay_at_hard_bound critical"]);
    expect(check({ decay: 0.9 }, channel({ decay: 0.9 }))).toEqual(["decay_at_hard_bound warning"]);
    expect(check({ decay: 0.8 })).toEqual(["decay_at_published_bound warning"]);
  });

  it("is a half-life or a duration that no medium has", () => {
    expect(check({ half_life_weeks: 8 })).toEqual(["half_life_unusual warning"]);
    expect(check({ duration_90_weeks: 23 })).toEqual(["duration_90_unusual warning"]);
    expect(check({ half_life_weeks: 8, media_type: "magic" })).toEqual([]);
  });

  it("is search that outlasts social, and social that outlasts television", () => {
    const search = channel({ channel: "s", media_type: "search", half_life_weeks: 2 });
    const social = channel({ channel: "f", media_type: "social", half_life_weeks: 1.5 });
    const tv = channel({ half_life_weeks: 1 });
    expect(checkHalfLifeOrder([search, social, tv]).map((one) => one.channel)).toEqual(["s", "f"]);
    expect(checkHalfLifeOrder([search, tv])).toEqual([]);
    expect(checkHalfLifeOrder([{ ...search, half_life_weeks: 1 }, social])).toEqual([]);
  });
});
