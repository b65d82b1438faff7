import { describe, expect, it } from "vitest";
import {
  addAmounts,
  computeCost,
  computeWorstCase,
  toNanos,
  toUsd,
} from "../../../agents/claude/prices.ts";
import type { Price } from "../../../agents/claude/settings.ts";
import type { ModelRequest, ModelUsage } from "../../../session/language-model.ts";

const row = { input: 2, output: 10, cache_read: 0.2, cache_write_5m: 2.5, cache_write_1h: 4 };
const price: Price = { ...row, long: { ...row, above: 1000, input: 4, output: 20 } };
const usage = (more: Partial<ModelUsage>): ModelUsage => ({
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  ...more,
});

describe("what a request costs", () => {
  it("is dollars per million tokens of each kind, in whole nano-dollars", () => {
    expect(computeCost(usage({ input: 100, output: 10 }), price)).toBe(300_000);
    expect(
      computeCost(usage({ cacheRead: 100, cacheWrite5m: 100, cacheWrite1h: 100 }), price),
    ).toBe(670_000);
    expect(toUsd(toNanos(1.5))).toBe(1.5);
    expect(addAmounts({ tokens: 1, nanos: 2 }, { tokens: 3, nanos: 4 })).toEqual({
      tokens: 4,
      nanos: 6,
    });
  });

  it("is dearer with more input than the mark, cached input counted", () => {
    expect(computeCost(usage({ input: 1000 }), price)).toBe(2_000_000);
    expect(computeCost(usage({ input: 1001 }), price)).toBe(4_004_000);
    const cached = usage({ input: 1, cacheRead: 1000 });
    expect(computeCost(cached, price)).toBe(computeCost(usage({ input: 1 }), price) * 2 + 200_000);
  });

  it("is never more than the worst case", () => {
    const request = {
      system: [],
      turns: [{ role: "user", content: [{ type: "text", text: "é".repeat(500) }] }],
      tools: [],
      answer: null,
      maxTokens: 100,
    } as unknown as ModelRequest;
    const worst = computeWorstCase(request, price);
    expect(worst.tokens).toBeGreaterThan(1000 + 100);
    const likely = usage({ cacheWrite1h: 1000, output: 100 });
    expect(worst.nanos).toBeGreaterThanOrEqual(computeCost(likely, price));
  });
});
