import { describe, expect, it } from "vitest";
import {
  createChoiceParser,
  parseCount,
  parseFraction,
  parseInstant,
  parseInteger,
  parseNonNegative,
} from "../../cli/options.ts";

describe("values of options", () => {
  it("are whole numbers where they have to be", () => {
    expect([parseCount("7"), parseInteger("-3")]).toEqual([7, -3]);
    for (const text of ["0", "-1", "1.5", "1e3", "", " 7", "9007199254740993"]) {
      expect(() => parseCount(text), text).toThrow();
    }
  });

  it("are fractions and sizes in their range", () => {
    expect([parseFraction("0"), parseFraction("1"), parseNonNegative("2.5")]).toEqual([0, 1, 2.5]);
    for (const text of ["1.01", "-0.1", "", "half"]) expect(() => parseFraction(text)).toThrow();
    for (const text of ["-1", " ", "Infinity"]) expect(() => parseNonNegative(text)).toThrow();
  });

  it("are one of some words", () => {
    const parse = createChoiceParser("csv", "json");
    expect(parse("csv")).toBe("csv");
    expect(() => parse("CSV")).toThrow("must be one of csv, json");
  });

  it("are times with their zone, in the form events have", () => {
    expect(parseInstant("2026-11-22T23:00:00+02:00")).toBe("2026-11-22T21:00:00.000Z");
    expect(parseInstant("2026-11-22")).toBe("2026-11-22T00:00:00.000Z");
    for (const text of ["2026-11-22T21:00:00", "22.11.2026", "tomorrow", "2026-13-01"]) {
      expect(() => parseInstant(text), text).toThrow(/must be a time/);
    }
  });
});
