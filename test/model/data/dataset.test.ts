/** Protects: bad data is refused with column, line and remedy, and good data lands in its place. */

import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../../../model/config.ts";
import { takeFirstPeriods, parseDataset } from "../../../model/data/dataset.ts";
import { ModelError } from "../../../model/errors.ts";

const config = parseModelConfig({
  model_id: "m",
  data: { path: "d.csv", date: "date", target: "sales", controls: ["price"], events: ["event"] },
  channels: [
    { name: "tv", spend: "tv", exposure: "grp", media_type: "tv" },
    { name: "search", spend: "search", media_type: "search" },
  ],
});

const header = "date,sales,tv,grp,search,price,event";
const rows = [
  "2024-01-01,100,10,1.5,3,9.5,na",
  "2024-01-08,120,0,0,4,9.5,xmas",
  "2024-01-15,90,5,1e1,0,10,",
];
const csv = (lines: readonly string[]): string => [header, ...lines].join("\n");

function refusal(text: string, of = config): ModelError {
  try {
    parseDataset(text, of);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const changed = (line: number, cell: number, value: string): string =>
  csv(rows.map((row, at) => (at === line ? row.split(",").with(cell, value).join(",") : row)));

describe("parseDataset", () => {
  test("reads columns into their parts", () => {
    const dataset = parseDataset(`\uFEFF${csv(rows)}\n`, config);
    expect(dataset.dates).toEqual(["2024-01-01", "2024-01-08", "2024-01-15"]);
    expect([...dataset.target]).toEqual([100, 120, 90]);
    expect([...(dataset.channels[0]?.spend ?? [])]).toEqual([10, 0, 5]);
    expect([...(dataset.channels[0]?.exposure ?? [])]).toEqual([1.5, 0, 10]);
    expect(dataset.channels[1]?.exposure).toBe(dataset.channels[1]?.spend);
    expect(dataset.columns.map((column) => column.name)).toEqual(["price", "event:xmas"]);
    expect([...(dataset.columns[1]?.values ?? [])]).toEqual([0, 1, 0]);
  });

  test.each([
    ["a missing column", csv(rows).replace("grp", "grps"), "column_missing", "grp"],
    ["a blank", changed(1, 5, ""), "value_missing", "line 3"],
    ["NaN", changed(1, 1, "NaN"), "value_not_numeric", "line 3"],
    ["a thousands separator", changed(0, 1, '"1,000"'), "value_not_numeric", "line 2"],
    ["hexadecimal", changed(0, 1, "0x10"), "value_not_numeric", "0x10"],
    ["a number too large to square", changed(0, 1, "1e19"), "value_not_numeric", "1e18"],
    ["a number too small to divide by", changed(0, 1, "1e-300"), "value_not_numeric", "1e-18"],
    ["an overflow", changed(0, 1, "1e999"), "value_not_numeric", "1e999"],
    ["negative spend", changed(2, 4, "-1"), "value_negative", "line 4"],
    ["negative exposure", changed(2, 3, "-0.1"), "value_negative", "grp"],
    ["another date format", changed(0, 0, "01/01/2024"), "date_invalid", "YYYY-MM-DD"],
    ["a day that does not exist", changed(0, 0, "2024-02-30"), "date_invalid", "2024-02-30"],
    ["a duplicate date", changed(1, 0, "2024-01-01"), "date_duplicate", "stands twice"],
    ["a gap", changed(2, 0, "2024-01-22"), "date_gap", "14 days"],
    ["daily data called weekly", changed(1, 0, "2024-01-02"), "date_gap", "frequency"],
    ["unsorted dates", csv([rows[1] ?? "", rows[0] ?? ""]), "date_unsorted", "earlier"],
    ["rows of different length", `${csv(rows)}\n2024-01-22,1`, "csv_malformed", "equally long"],
    ["an open quote", `${csv(rows)}\n"2024-01-22`, "csv_malformed", "cannot be read"],
    ["a header alone", header, "rows_too_few", "no rows"],
    ["nothing", "", "csv_malformed", "empty"],
    ["a column that stands twice", csv(rows).replace("grp", "tv"), "csv_malformed", "two columns"],
  ])("refuses %s in one line that says where", (_, text, code, says) => {
    const error = refusal(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain("\n");
  });

  test("takes dated events in the week that holds them", () => {
    const dated = parseModelConfig({
      ...config,
      data: { ...config.data, events: [{ name: "launch", dates: ["2024-01-10", "2030-01-01"] }] },
    });
    expect([...(parseDataset(csv(rows), dated).columns[1]?.values ?? [])]).toEqual([0, 1, 0]);
  });

  test("multiplies the target where asked", () => {
    const priced = parseModelConfig({
      ...config,
      data: { ...config.data, controls: [], target_multiplier: "price" },
    });
    expect([...parseDataset(csv(rows), priced).target]).toEqual([950, 1140, 900]);
  });

  test("lays geos out period by period, whatever the order of lines", () => {
    const geo = parseModelConfig({
      model_id: "g",
      data: { path: "d", date: "date", target: "y", geo: { column: "geo" } },
      channels: [{ name: "tv", spend: "tv", media_type: "tv" }],
    });
    const text =
      "date,geo,y,tv\n2024-01-01,b,1,0\n2024-01-08,b,2,0\n2024-01-01,a,3,0\n2024-01-08,a,4,0";
    const dataset = parseDataset(text, geo);
    expect(dataset.geos).toEqual(["a", "b"]);
    expect([...dataset.target]).toEqual([3, 1, 4, 2]);
    expect(refusal(`${text}\n2024-01-15,a,5,0`, geo).code).toBe("geo_unbalanced");
    expect([...takeFirstPeriods(dataset, 1).target]).toEqual([3, 1]);
  });
});
