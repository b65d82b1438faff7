/** Protects: results stand side by side with the figures they publish. */
import { expect, test } from "vitest";
import {
  compareResults,
  formatComparison,
  requireResults,
} from "../../../cli/output/comparison.ts";
import { smallResults } from "../../dashboard/report-fixture.ts";

const roi = { low: 1, median: 2, high: 3 };
const published = { channels: { tv: { roi } } };
const config = (decay: number) => ({ hyperparameters: { tv: { decay, alpha: 1 } } });
const first = {
  ...smallResults(),
  session: "one",
  posterior: published,
  final_config: config(0.3),
};
const second = {
  ...first,
  session: "two",
  final_config: config(0.4),
  posterior: { channels: { tv: { roi: { ...roi, median: 2.5 } } } },
};
const comparison = compareResults([first, second]);
const row = (name: string) => comparison.rows.find((one) => one.name === name);

test("returns stand with their intervals, and what differs is marked", () => {
  expect(row("ROI tv")).toMatchObject({ group: "return", differs: true });
  expect(row("methodology")?.differs).toBe(false);
  const text = formatComparison(comparison);
  expect(text).toMatch(/ROI tv \* +2 \(1 to 3\) +2\.5 \(1 to 3\)/);
});

test("of the configuration what is not the same stands there", () => {
  expect(row("tv.decay")?.values).toEqual([0.3, 0.4]);
  expect(row("tv.alpha")).toBeUndefined();
});

test("another document is refused by name", () => {
  expect(() => requireResults({ a: 1 }, "x.json")).toThrow(/x\.json: not the results/);
  expect(requireResults(first, "x.json")).toBe(first);
});
