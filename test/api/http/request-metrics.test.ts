import { expect, it } from "vitest";
import { createRequestMetrics } from "../../../api/http/request-metrics.ts";

it("answers are counted by route and status, in growing buckets with their upper end", () => {
  const metrics = createRequestMetrics();
  metrics.observe("get_session", 200, 5);
  metrics.observe("get_session", 200, 7);
  metrics.observe("get_session", 404, 20_000);
  const lines = metrics.text().split("\n");
  const value = (status: number, end: string) =>
    lines
      .find((line) => line.includes(`status="${status}",le="${end}"`))
      ?.split(" ")
      .at(-1);
  expect(["2", "5", "10", "+Inf"].map((end) => value(200, end))).toEqual(["0", "1", "2", "2"]);
  expect([value(404, "10000"), value(404, "+Inf")]).toEqual(["0", "1"]);
  expect(lines).toContain('mmm_api_answer_milliseconds_sum{route="get_session",status="200"} 12');
});

it("a label cannot break out of its quotes", () => {
  const metrics = createRequestMetrics();
  metrics.observe('a"} 1\nevil', 200, 1);
  expect(metrics.text()).not.toMatch(/^evil/m);
  expect(metrics.text()).toContain('route="a_} 1_evil"');
});
