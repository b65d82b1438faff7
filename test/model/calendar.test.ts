import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIsoDate, parseDayNumber } from "../../model/calendar.ts";

describe("day numbers", () => {
  test("count from 1970 through leap years and centuries", () => {
    expect(parseDayNumber("1970-01-01")).toBe(0);
    expect(parseDayNumber("1969-12-31")).toBe(-1);
    expect(parseDayNumber("2000-02-29")).toBe(11_016);
    expect(parseDayNumber("2100-03-01")).toBe(47_541);
  });

  test("refuse what is no date", () => {
    for (const text of ["1900-02-29", "2023-02-29", "2024-04-31", "2024-13-01", "2024-00-10"]) {
      expect(parseDayNumber(text), text).toBeNull();
    }
    for (const text of ["2024-1-01", "2024-01-01T00:00", "", "01.02.2024"]) {
      expect(parseDayNumber(text), text).toBeNull();
    }
  });

  test("agree with the platform's calendar both ways", () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_000_000 }), (day) => {
        const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
        expect(formatIsoDate(day)).toBe(text);
        expect(parseDayNumber(text)).toBe(day);
      }),
    );
  });
});
