import { describe, expect, it } from "vitest";
import { drawTimeline } from "../../dashboard/chart-timeline.ts";
import { listAttempts } from "../../dashboard/attempts.ts";
import { smallEvents, smallResults } from "./report-fixture.ts";

const results = smallResults();
const ticks = (text: string) =>
  [...text.matchAll(/<text[^>]*>(\d+)<\/text>/g)].map((match) => Number(match[1]));

describe("the session's picture", () => {
  it("has a label for each of a few iterations, and fewer for many", () => {
    expect(ticks(drawTimeline(results, []).svg.text)).toEqual([0, 1, 2]);
    const [row] = results.iterations;
    const many = Array.from({ length: 100 }, (_, at) => ({ ...row!, iteration: at + 1 }));
    const labels = ticks(drawTimeline({ ...results, iterations: many }, []).svg.text);
    expect(labels.length).toBeLessThanOrEqual(21);
    expect(labels.at(-1)).toBe(100);
  });

  it("marks attempts by how they ended", () => {
    const attempts = listAttempts(smallEvents());
    const drawn = drawTimeline(results, attempts).svg.text;
    const none = drawTimeline(results, []).svg.text;
    const count = (text: string) => (text.match(/<(?:circle|path)/g) ?? []).length;
    expect(count(drawn)).toBe(count(none) + 2);
  });
});
