import { describe, expect, it } from "vitest";
import { interpretNumbers, weighDecimal } from "../../tables/numbers.ts";

const plain = (texts: string[], decimal: "point" | "comma" | null = null) =>
  interpretNumbers(texts, decimal).plain;

describe("a column of numbers", () => {
  it("shows its decimal sign by the cells that have one reading", () => {
    expect(weighDecimal(["1.234", "0.5"]).shows).toBe("point");
    expect(weighDecimal(["1.234", "1.234.567"]).shows).toBe("comma");
    expect(weighDecimal(["1.234", "1234.5"]).shows).toBe("point");
    expect(weighDecimal(["1.234", "7"]).shows).toBeNull();
  });

  it("shows thousands where many cells have one group and small ones none", () => {
    const many = Array.from({ length: 30 }, (_, row) => `${1 + row}.${100 + row}`);
    expect(weighDecimal([...many, "950", "870"]).shows).toBe("comma");
    expect(weighDecimal(many).shows).toBeNull();
    expect(weighDecimal([...many, "950", "12345"]).shows).toBeNull();
  });

  it("keeps the digits, however they are dressed", () => {
    expect(plain(["(1,234.50)", "1,000.25-", "−3.5", "$ 7.10", "-$8.20", "+9.0"])).toEqual([
      "-1234.50",
      "-1000.25",
      "-3.5",
      "7.10",
      "-8.20",
      "9.0",
    ]);
    expect(plain(["12,5 %", "7 %"])).toEqual(["12.5e-2", "7e-2"]);
    expect(plain(["1'234.5", "12,34,567.8"])).toEqual(["1234.5", "1234567.8"]);
    expect(plain(["1.5e3", ".5", "5."])).toEqual(["1.5e3", ".5", "5."]);
  });

  it("leaves what is no number as it stands, and what is missing empty", () => {
    const { plain: texts, invalid } = interpretNumbers(["1", "abc", "n/a", "12k", "--5"], "point");
    expect(texts).toEqual(["1", "abc", "", "12k", "--5"]);
    expect(invalid).toEqual([1, 3, 4]);
  });

  it("with several currencies, or percent here and there, has no one unit", () => {
    expect(interpretNumbers(["$1", "€2"], "point").ambiguous).toBe(true);
    expect(interpretNumbers(["1 %", "2"], "point").ambiguous).toBe(true);
    expect(interpretNumbers(["$1", "2"], "point").ambiguous).toBe(false);
  });
});
