import { expect, it } from "vitest";
import { drawCarryover } from "../../dashboard/chart-carryover.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";

it("what is still to come falls from all by each week's share", () => {
  const weekly = [0.5, 0.25, 0.125, 0.125];
  const detail = {
    carryover: [{ channel: "tv", weekly }],
    config: { channels: [{ name: "tv" }] },
  } as unknown as ModelDetail;
  const { svg, legend } = drawCarryover(detail);
  const heights = [...svg.text.matchAll(/<circle[^>]*? cy="([\d.]+)"/g)].map((m) => Number(m[1]));
  const [week0 = 0, week1 = 0, week2 = 0, week3 = 0] = heights;
  expect(week1 - week0).toBeGreaterThan(0);
  expect((week2 - week1) / (week1 - week0)).toBeCloseTo(0.5, 3);
  expect((week3 - week2) / (week1 - week0)).toBeCloseTo(0.25, 3);
  expect(legend?.map(({ name }) => name)).toEqual(["tv"]);
});
