import { expect, test } from "vitest";
import { toFinding } from "../../model/findings.ts";

test("a finding says null for what it is not about", () => {
  expect(toFinding("history_short", "80 weeks")).toEqual({
    code: "history_short",
    channel: null,
    figure: null,
    bound: null,
    message: "80 weeks",
  });
  expect(toFinding("vif_high", "m", { channel: "tv", figure: 0, bound: 10 })).toMatchObject({
    channel: "tv",
    figure: 0,
    bound: 10,
  });
});

test("a figure that is not finite becomes null, so that a finding is JSON", () => {
  for (const figure of [Number.NaN, Infinity, null]) {
    expect(toFinding("vif_high", "m", { figure }).figure).toBeNull();
  }
});
