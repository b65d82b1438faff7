import { describe, expect, it } from "vitest";
import { formatDay } from "../../tables/calendar.ts";
import { interpretDates } from "../../tables/dates.ts";

const days = (texts: string[], hints: Parameters<typeof interpretDates>[1] = {}) =>
  interpretDates(texts, hints)?.days.map((day) => (day === null ? null : formatDay(day)));

describe("a column of dates", () => {
  it("tells day from month by a number above 12 anywhere in it", () => {
    expect(days(["01/02/2024", "13/02/2024"])).toEqual(["2024-02-01", "2024-02-13"]);
    expect(days(["01/02/2024", "02/13/2024"])).toEqual(["2024-01-02", "2024-02-13"]);
  });

  it("tells them by the order that is equally spaced, months among them", () => {
    const months = Array.from({ length: 14 }, (_, at) => {
      const month = String((at % 12) + 1).padStart(2, "0");
      return `01/${month}/${2022 + Math.floor(at / 12)}`;
    });
    expect(days(months)?.slice(0, 2)).toEqual(["2022-01-01", "2022-02-01"]);
  });

  it("is open where nothing tells, until somebody says", () => {
    const open = ["01/02/2024", "01/03/2024", "01/04/2024"];
    expect(interpretDates(open)?.ambiguous).toBe(true);
    expect(days(open, { dateOrder: "month_first" })?.[2]).toBe("2024-01-04");
    expect(days(open, { dateOrder: "day_first" })?.[2]).toBe("2024-04-01");
  });

  it("of months, quarters and weeks stands for their first days", () => {
    expect(days(["Jan 2024", "Feb 2024"])).toEqual(["2024-01-01", "2024-02-01"]);
    expect(days(["2024-Q1", "2024-Q2"])).toEqual(["2024-01-01", "2024-04-01"]);
    expect(days(["2024-W05", "2024-W06"])).toEqual(["2024-01-29", "2024-02-05"]);
    expect(days(["2020-W53", "2021-W01"])).toEqual(["2020-12-28", "2021-01-04"]);
    expect(days(["202311", "202312", "202401"])?.[2]).toBe("2024-01-01");
  });

  it("of six digits that can be months or weeks is open", () => {
    expect(interpretDates(["202401", "202402", "202403"])?.ambiguous).toBe(true);
  });

  it("of plain numbers is one only when asked for", () => {
    expect(interpretDates(["45292", "45299", "45306"])).toBeNull();
    expect(days(["45292", "45299", "45306"], { asked: true })?.[0]).toBe("2024-01-01");
  });

  it("with times late in UTC leaves the day open; at midnight it does not", () => {
    expect(interpretDates(["2024-01-07T23:00:00Z", "2024-01-14T23:00:00Z"])?.ambiguous).toBe(true);
    expect(interpretDates(["2024-01-08T00:00:00Z", "2024-01-15T00:00:00Z"])?.ambiguous).toBe(false);
  });

  it("names the cells that break its form", () => {
    expect(
      interpretDates(["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-02-30"])
        ?.invalid,
    ).toEqual([4]);
    expect(interpretDates(["red", "blue"])).toBeNull();
  });
});
