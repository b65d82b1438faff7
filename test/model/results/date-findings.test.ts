/** Protects: a date that matches nothing is named, and so is a week label that may be the last day. */
import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../../../model/config.ts";
import { parseDataset } from "../../../model/data/dataset.ts";
import { collectDateFindings } from "../../../model/results/date-findings.ts";

const csv = (first: string): string => {
  const day = (at: number) =>
    new Date(Date.parse(first) + 7 * at * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from({ length: 12 }, (_, at) => `${day(at)},${100 + at},${at}`);
  return ["date,sales,tv", ...rows].join("\n");
};
const codes = (first: string, data: object): string[] => {
  const config = parseModelConfig({
    model_id: "m",
    data: { path: "d.csv", date: "date", target: "sales", ...data },
    channels: [{ name: "tv", spend: "tv", media_type: "tv" }],
  });
  return collectDateFindings(parseDataset(csv(first), config), config).map(({ code }) => code);
};
const xmas = (...dates: string[]) => ({ events: [{ name: "xmas", dates }] });

describe("dates of a configuration", () => {
  test("that lie in the data are no finding", () => {
    expect(codes("2023-11-06", xmas("2023-12-25"))).toEqual([]);
  });

  test("that match no period are named, some or all", () => {
    expect(codes("2023-11-06", xmas("2023-12-25", "2025-12-25"))).toEqual(["event_unmatched"]);
    expect(codes("2023-11-06", xmas("2022-12-25"))).toEqual(["event_unmatched"]);
    // The last week ends on 28 January.
    expect(codes("2023-11-06", xmas("2024-01-28"))).toEqual([]);
    expect(codes("2023-11-06", xmas("2024-01-29"))).toEqual(["event_unmatched"]);
  });

  test("of weeks that may end on the day that names them ask for the label", () => {
    expect(codes("2023-11-12", xmas("2023-12-25"))).toEqual(["week_label_unstated"]);
    expect(codes("2023-11-12", { ...xmas("2023-12-25"), week_label: "end" })).toEqual([]);
    expect(codes("2023-11-12", {})).toEqual([]);
  });
});
