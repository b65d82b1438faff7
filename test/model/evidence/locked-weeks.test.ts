/** The locked weeks against simpler forecasts. */
import { expect, it } from "vitest";
import { compareLockedWeeks } from "../../../model/evidence/locked-weeks.ts";
import { evaluateLockedTest } from "../../../model/locked-test.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const last = (count: number): number[] => [...dataset.target.subarray(-count)];
const find = (rows: ReturnType<typeof compareLockedWeeks>, reference: string) =>
  rows.find((row) => row.reference === reference);

it("are compared with the baseline, last year and the mean on the same periods", () => {
  const truth = last(13);
  const rows = compareLockedWeeks(dataset, { final: truth, baseline: truth.map((y) => 1.1 * y) });
  expect(rows.map(({ reference }) => reference)).toEqual(["baseline", "last_year", "mean"]);
  expect(find(rows, "baseline")).toMatchObject({ error: 0, verdict: "better" });
  expect(find(rows, "baseline")?.reference_error).toBeCloseTo(0.1, 9);
  const before = dataset.target.subarray(0, -13);
  const mean = before.reduce((a, b) => a + b, 0) / before.length;
  const off = truth.reduce((sum, y) => sum + Math.abs(y - mean), 0);
  const size = truth.reduce((sum, y) => sum + Math.abs(y), 0);
  expect(find(rows, "mean")?.reference_error).toBeCloseTo(off / size, 9);
});

it("leave out last year where the data do not go back, and say nothing of other lengths", () => {
  const short = smallDataset({ weeks: 60 });
  const truth = [...short.target.subarray(-13)];
  const rows = compareLockedWeeks(short, { final: truth, baseline: truth });
  expect(rows.map(({ reference }) => reference)).toEqual(["baseline", "mean"]);
  expect(compareLockedWeeks(dataset, { final: last(13), baseline: last(12) })).toEqual([]);
  expect(compareLockedWeeks(dataset, { final: [], baseline: [] })).toEqual([]);
});

it("add geos up, as the locked test does", () => {
  const geos = ["north", "south"];
  const both = (values: Float64Array) => Float64Array.from([...values].flatMap((y) => [y, 2 * y]));
  const wide = { ...dataset, geos, target: both(dataset.target) };
  const truth = last(13).map((y) => 3 * y);
  expect(find(compareLockedWeeks(wide, { final: truth, baseline: truth }), "mean")?.error).toBe(0);
});

it("have a forecast per locked period", () => {
  const { totals, actual, predicted } = evaluateLockedTest(dataset, smallConfig());
  expect(totals.actual).toEqual(actual);
  expect(totals.predicted).toEqual(predicted);
  expect(totals.actual).toEqual(last(totals.actual.length));
});
