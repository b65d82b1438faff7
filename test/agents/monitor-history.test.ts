/** Protects: a deployed model is judged on the weeks that its session had, and on no others. */
import { describe, expect, it } from "vitest";
import { joinSeries, requireRecordedHistory } from "../../agents/monitor-history.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { assessForecast } from "../../model/forecast.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";

const config = smallConfig();
const read = (csv: string) => parseDataset(csv, config);
const all = smallCsv({ weeks: 166 }).trimEnd().split("\n");
const rows = (from: number, to: number) => [all[0], ...all.slice(1 + from, 1 + to)].join("\n");
const session = read(rows(0, 156));
const until = session.dates.at(-1) ?? "";
const join = (csv: string) => joinSeries(session, read(csv), until);

describe("new weeks behind the session's", () => {
  it("make the series of both, whether they come alone or with the history", () => {
    const whole = read(rows(0, 166));
    for (const csv of [rows(156, 166), rows(0, 166)]) {
      const { dataset, notes } = join(csv);
      expect(dataset.dates).toEqual(whole.dates);
      expect([...dataset.target]).toEqual([...whole.target]);
      expect(notes).toEqual([]);
    }
  });

  it("name a history that begins later", () => {
    const { dataset, notes } = join(rows(60, 166));
    expect(dataset.dates).toHaveLength(166);
    expect(notes.map(({ code }) => code)).toEqual(["history_missing"]);
    expect(notes[0]?.message).toContain("first 60 periods");
  });

  it("name a history that changed, with column, rows and ratio, and keep the session's", () => {
    const restated = rows(0, 166)
      .split("\n")
      .map((line, at) => {
        const cells = line.split(",");
        return at === 0 ? line : cells.with(2, String(3 * Number(cells[2]))).join(",");
      })
      .join("\n");
    const { dataset, notes } = join(restated);
    expect(notes.map(({ code }) => code)).toEqual(["history_changed"]);
    expect(notes[0]?.message).toMatch(/tv in \d+ of 156 rows \(now 3 times\)/);
    expect([...(dataset.channels[0]?.spend.subarray(0, 156) ?? [])]).toEqual([
      ...(session.channels[0]?.spend ?? []),
    ]);
  });

  it.each([
    ["weeks between are missing", rows(158, 166), /from 2024-01-01 on are missing/],
    ["no week follows", rows(0, 156), /no week follows/],
  ])("are refused when %s", (_name, csv, message) => {
    expect(() => join(csv)).toThrow(message);
  });
});

describe("data that come without the session's", () => {
  const { channels } = assessForecast(session, config);
  const recorded = {
    firstDate: session.dates[0] ?? null,
    coefficients: Object.fromEntries(channels.map((row) => [row.name, row.coefficient])),
  };
  const check = (csv: string) => requireRecordedHistory(read(csv), config, { until, recorded });

  it("are taken where they give the recorded coefficients again", () => {
    expect(() => check(rows(0, 166))).not.toThrow();
  });

  it("are refused where they begin at another date, or give other coefficients", () => {
    expect(() => check(rows(10, 166))).toThrow(/they begin 2021-03-15, the session's 2021-01-04/);
    const other = rows(0, 166).replace(/(2021-05-03),(\d+)/, "$1,99999");
    expect(() => check(other)).toThrow(expect.objectContaining({ code: "data_changed" }));
  });
});
