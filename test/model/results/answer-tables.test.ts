/** Protects: exported tables hold the published figures, all of them. */
import { describe, expect, test } from "vitest";
import { estimateEffects } from "../../../model/effects.ts";
import { attributePeriods } from "../../../model/fit/contributions.ts";
import { tabulateAnswers } from "../../../model/results/answer-tables.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const dataset = smallDataset();
const effects = estimateEffects(dataset, smallConfig({ inference: "point" }));
const tables = tabulateAnswers(effects, attributePeriods(dataset, effects));
const find = (name: string) => tables.find((table) => table.name === name);

describe("tables of answers", () => {
  test("are rectangles of numbers and names", () => {
    expect(tables.map(({ name }) => name)).toEqual(["contributions", "returns", "curves", "draws"]);
    for (const { head, rows } of tables) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toHaveLength(head.length);
    }
  });

  test("hold contributions whose sum is the published one", () => {
    const { head = [], rows = [] } = find("contributions") ?? {};
    const at = head.indexOf("tv");
    const total = rows.reduce((sum, row) => sum + Number(row[at]), 0);
    expect(total).toBeCloseTo(effects.summary.channels["tv"]?.contribution.median ?? 0, 4);
    expect(rows).toHaveLength(143);
  });

  test("hold the published returns, and draws whose middle they are", () => {
    const { head = [], rows = [] } = find("returns") ?? {};
    const tv = rows.find(([name]) => name === "tv") ?? [];
    const median = tv[head.indexOf("roi_median")];
    expect(median).toBe(effects.summary.channels["tv"]?.roi.median);
    const draws = find("draws");
    const at = draws?.head.indexOf("tv_roi") ?? -1;
    const values = (draws?.rows ?? []).map((row) => Number(row[at])).sort((a, b) => a - b);
    expect(values.filter((value) => value < Number(median)).length / values.length).toBeCloseTo(
      0.5,
      1,
    );
  });
});
