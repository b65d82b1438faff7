import { describe, expect, it } from "vitest";
import {
  AUTHOR,
  BUILTIN_REASONER,
  FINDING,
  REASONER_NOTE,
  ROLE,
  ROLES,
  VIOLATION,
} from "../../schemas/parts.ts";

describe("shared records", () => {
  it("let an older reader survive a symbol it does not know", () => {
    const inside = [...FINDING.fields, ...VIOLATION.fields]
      .map((field) => field.type)
      .filter((type) => typeof type === "object" && "symbols" in type);
    for (const { name, symbols, default: fallback } of [ROLE, AUTHOR, ...inside]) {
      expect(fallback, name).toBe("UNKNOWN");
      expect(symbols, name).toContain("UNKNOWN");
    }
  });

  it("let every role be an author, and no role be unknown", () => {
    expect(["UNKNOWN", ...ROLES].toSorted()).toEqual([...ROLE.symbols].toSorted());
    expect(ROLES.filter((role) => !AUTHOR.symbols.includes(role))).toEqual([]);
  });

  it("note that built-in reasoning asked no model and cost nothing", () => {
    expect(Object.keys(BUILTIN_REASONER)).toEqual(REASONER_NOTE.fields.map(({ name }) => name));
    expect(BUILTIN_REASONER).toMatchObject({ model: null, input_tokens: 0, cost_usd: 0 });
  });
});
