import { describe, expect, it } from "vitest";
import { createViolation, findLayer, VIOLATION_CODES } from "../../guard/violation.ts";

describe("a violation", () => {
  it("belongs to the layer of its code", () => {
    expect(createViolation("carryover_off", "a", "m").layer).toBe("signature");
    expect(createViolation("guard_failed", "", "m").layer).toBe("system");
    expect(createViolation("json_syntax", "", "m").layer).toBe("rules");
    expect(new Set(VIOLATION_CODES.map(findLayer))).toEqual(
      new Set(["rules", "signature", "semantics", "system"]),
    );
  });

  it("shows what came from outside quoted and cut", () => {
    const found = createViolation("path_unknown", "a<b>", "m".repeat(500), "<script>");
    expect(found.path).toBe("a\\u003cb\\u003e");
    expect(found.evidence).toBe('"\\u003cscript\\u003e"');
    expect(found.message).toHaveLength(403);
    expect(createViolation("path_unknown", "", "m")).toMatchObject({ path: "", evidence: "" });
    expect(createViolation("path_unknown", "", "m", "x".repeat(300)).evidence).toMatch(
      /\(100 more\)$/,
    );
  });
});
