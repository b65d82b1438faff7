import { describe, expect, test } from "vitest";
import { parseDataset } from "../../../model/data/dataset.ts";
import { createProblem } from "../../../model/fit/problem.ts";
import { collectDataFindings } from "../../../model/results/data-findings.ts";
import { withColumn } from "../support.ts";
import { smallConfig, smallCsv } from "../../support/small-model.ts";

const config = smallConfig();
const find = (csv: string): [code: string, channel: string | null][] =>
  collectDataFindings(createProblem(parseDataset(csv, config), config)).map((one) => [
    one.code,
    one.channel,
  ]);
const csv = smallCsv();

describe("odd data are named before any fit", () => {
  test("not at all when they are fine", () => {
    expect(find(csv)).toEqual([]);
  });

  test.each([
    ["channel_all_zero", () => "0"],
    ["channel_constant", () => "7"],
    ["channel_one_spike", (row: number) => (row === 20 ? "9000" : "10")],
  ])("%s", (code, of) => {
    expect(find(withColumn(csv, "tv_spend", of))).toContainEqual([code, "tv"]);
  });

  test("two channels that move together, by the first one's name", () => {
    const search = csv.split("\n").map((line) => Number(line.split(",")[3]));
    const both = withColumn(csv, "tv_spend", (row) => String(3 * (search[row + 1] ?? 0)));
    expect(find(both)).toContainEqual(["channels_collinear", "tv"]);
  });

  test("what happens in the locked weeks alone is not told", () => {
    const late = withColumn(csv, "tv_spend", (row, old) => (row > 150 ? "900000" : old));
    expect(find(late)).toEqual([]);
  });
});
