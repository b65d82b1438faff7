import { expect, test } from "vitest";
import { computeContributions } from "../../../model/fit/contributions.ts";
import { computeResponseCurves } from "../../../model/fit/response-curve.ts";
import { sum } from "../../../model/numbers.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const config = smallConfig();

test("a curve rises from nothing through today's contribution, ever flatter", () => {
  const curves = computeResponseCurves(dataset, config, { multipliers: [0, 1, 2, 3] });
  const { channels } = computeContributions(dataset, config);
  for (const { channel, points, spend_today } of curves) {
    expect(points[0]).toMatchObject({ spend: 0, response: 0 });
    expect(points[1]?.response).toBeCloseTo(sum(channels[channel] ?? []), 3);
    expect(points.map((point) => point.spend)).toEqual([0, 1, 2, 3].map((k) => k * spend_today));
    const [, first, second, third] = points.map((point) => point.response);
    expect(second).toBeGreaterThan(first ?? 0);
    expect((third ?? 0) - (second ?? 0)).toBeLessThan((second ?? 0) - (first ?? 0));
    expect(points[3]?.marginal).toBeLessThan(points[1]?.marginal ?? 0);
  }
});

test("only channels of the model have one", () => {
  expect(() => computeResponseCurves(dataset, config, { channels: ["radio"] })).toThrow(/"radio"/);
  expect(computeResponseCurves(dataset, config, { channels: ["search"] })).toHaveLength(1);
});
