import { describe, expect, it } from "vitest";
import { toAvsc } from "../../schemas/avro.ts";

const COLOUR = {
  type: "enum",
  name: "Colour",
  symbols: ["UNKNOWN", "red"],
  default: "UNKNOWN",
} as const;

describe("a schema for the Avro libraries", () => {
  it("spells a named type out where it first occurs and names it afterwards", () => {
    const written = toAvsc({
      type: "record",
      name: "Pair",
      fields: [
        { name: "left", type: COLOUR },
        { name: "right", type: COLOUR },
      ],
    });
    expect(written).toEqual({
      type: "record",
      name: "Pair",
      namespace: "mmm",
      fields: [
        { name: "left", type: COLOUR },
        { name: "right", type: "Colour" },
      ],
    });
  });

  it("finds named types inside arrays and unions, and starts anew for another schema", () => {
    const list = { type: "array", items: ["null", COLOUR] } as const;
    expect(toAvsc(list)).toEqual({ type: "array", items: ["null", COLOUR] });
    expect(toAvsc(list)).toEqual(toAvsc(list));
    expect(toAvsc("long")).toBe("long");
  });
});
