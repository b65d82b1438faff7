import { describe, expect, it } from "vitest";
import { findSeparator, parseDelimited } from "../../tables/delimited.ts";

describe("a text of cells", () => {
  it("has the separator under which its lines are alike", () => {
    expect(findSeparator("date;tv\n2024-01-01;1,5\n2024-01-08;2,5\n")).toBe(";");
    expect(findSeparator('date,"tv;radio"\n2024-01-01,1\n')).toBe(",");
    expect(findSeparator("one\n1\n2\n")).toBe(",");
  });

  it("is refused where two separators do equally well", () => {
    expect(() => findSeparator("a,b;c\n1,2;3\n")).toThrow(/commas or between semicolons/);
  });

  it("keeps the line that each row begins on, with breaks inside quotes", () => {
    const { cells, lines } = parseDelimited('a,b\n\n"x\ny",1\nz,2\n', ",");
    expect(cells).toEqual([
      ["a", "b"],
      ["x\ny", "1"],
      ["z", "2"],
    ]);
    expect(lines).toEqual([1, 3, 5]);
  });

  it("names the line of a quote that is never closed", () => {
    expect(() => parseDelimited('a,b\n"1,2\n', ",")).toThrow(
      /cannot be read as cells between commas/,
    );
  });
});
