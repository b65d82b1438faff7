import { expect, it } from "vitest";
import { drawResponses } from "../../dashboard/chart-response.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";

const point = (multiplier: number, response: number) => ({
  multiplier,
  spend: 12_000 * multiplier,
  response,
  marginal: null,
});

it("each channel's curve says what today's spend gives", () => {
  const detail = {
    curves: [
      {
        channel: "tv",
        spend_today: 12_000,
        points: [point(0, 0), point(1, 30_000), point(2, 40_000)],
      },
      { channel: "search", spend_today: 0, points: [] },
    ],
    intervals: { channels: {} },
  } as unknown as ModelDetail;
  const [tv, search] = drawResponses(detail);
  expect(tv).toMatchObject({
    name: "response-tv",
    title: "tv",
    caption: "Today 12 k of spend gives 30 k.",
  });
  expect(tv?.svg.text.match(/<circle/g)).toHaveLength(1);
  expect(search?.caption).toBe("Today 0 of spend gives 0.");
});
