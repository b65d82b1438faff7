import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JSON_REFUSALS, JsonRefused } from "../../schemas/json-refused.ts";
import { JSON_LIMITS, parseStrictJson } from "../../schemas/strict-json.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";

function codeOf(text: string): string {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (error instanceof JsonRefused) return error.code;
    throw error;
  }
  return "accepted";
}

describe("parseStrictJson refuses", () => {
  test.each([
    ["a duplicate key", '{"a":1,"a":2}', "json_duplicate_key"],
    ["a duplicate key spelled with an escape", '{"a":1,"\\u0061":2}', "json_duplicate_key"],
    ["text after the value", "{} {}", "json_trailing_data"],
    ["a byte order mark", "\ufeff{}", "json_bom"],
    ["a line comment", '{"a":1 // x\n}', "json_comment"],
    ["a block comment", '{/* x */"a":1}', "json_comment"],
    ["__proto__", '{"__proto__":1}', "json_prototype_key"],
    ["__proto__ spelled with an escape", '{"\\u005f_proto__":1}', "json_prototype_key"],
    ["toString as a key", '{"toString":1}', "json_prototype_key"],
    ["a Cyrillic key", '{"\u0430":1}', "json_non_ascii_key"],
    ["a key with a tab", '{"a\\tb":1}', "json_non_ascii_key"],
    ["a long key", `{"${"k".repeat(300)}":1}`, "json_key_too_long"],
    ["an escaped NUL", '{"a":"\\u0000"}', "json_nul"],
    ["a bare NUL", '{"a":"\0"}', "json_nul"],
    ["a bare line break in a text", '{"a":"\n"}', "json_control_character"],
    ["half a surrogate pair", '{"a":"\\ud800"}', "json_lone_surrogate"],
    ["half a bare surrogate pair", '{"a":"\ud800"}', "json_lone_surrogate"],
    ["NaN", '{"a":NaN}', "json_number_not_finite"],
    ["an overflow", '{"a":1e999}', "json_number_not_finite"],
    ["an underflow to zero", '{"a":1e-400}', "json_number_underflow"],
    ["minus zero", '{"a":-0}', "json_number_negative_zero"],
    ["a whole number no double holds", '{"a":9007199254740993}', "json_number_unrepresentable"],
    ["a number of a hundred digits", `{"a":0.${"1".repeat(100)}}`, "json_number_too_long"],
    ["a leading zero", '{"a":01}', "json_syntax"],
    ["a leading plus", '{"a":+1}', "json_syntax"],
    ["a trailing comma", "[1,]", "json_syntax"],
    ["single quotes", "{'a':1}", "json_syntax"],
    ["a no-break space", "{\u00a0}", "json_syntax"],
    ["nothing", "", "json_syntax"],
    ["depth 65", `${"[".repeat(65)}${"]".repeat(65)}`, "json_too_deep"],
    ["depth 100000", "[".repeat(100_000), "json_too_deep"],
    ["more than 1 MiB", `"${"a".repeat(1_048_577)}"`, "json_too_large"],
    ["more than 1 MiB in UTF-8", `"${"é".repeat(600_000)}"`, "json_too_large"],
  ])("%s", (_name, text, code) => {
    expect(codeOf(text)).toBe(code);
    expect(JSON_REFUSALS).toContain(code);
  });
});

test("depth 64 and 1 MiB are accepted", () => {
  expect(codeOf(`${"[".repeat(64)}${"]".repeat(64)}`)).toBe("accepted");
  expect(codeOf(`"${"a".repeat(1_048_574)}"`)).toBe("accepted");
});

test("a refusal names the place, with keys escaped", () => {
  try {
    parseStrictJson('{"a":[{"<b>":NaN}]}');
    expect.unreachable();
  } catch (error) {
    expect((error as JsonRefused).path).toBe("a.0.\\u003cb\\u003e");
  }
});

test("whatever JSON.stringify writes of plain data is read back equal", () => {
  const key = fc.string({ unit: fc.constantFrom(...Array.from("abcXYZ_-. 019")) });
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value")),
      fc.dictionary(key, tie("value")),
    ),
  })).value;
  fc.assert(
    fc.property(plain, (value) => {
      const text = JSON.stringify(value);
      if (/(?:^|[^\d.])-?\d{17,}/.test(text)) return;
      expect(toCanonicalJson(parseStrictJson(text))).toBe(toCanonicalJson(JSON.parse(text)));
    }),
  );
});

test("accepts nothing that JSON.parse refuses, and reads the same", () => {
  const piece = fc.constantFrom(
    ...Array.from("{}[]:,\"\\u0061-+.eE019 \n\t/*#'"),
    "true",
    "null",
    '"a"',
    "1e5",
    "\ufeff",
    "\u2028",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      if (codeOf(text) !== "accepted") return;
      expect(toCanonicalJson(parseStrictJson(text))).toBe(toCanonicalJson(JSON.parse(text)));
    }),
    { numRuns: 3000 },
  );
});

test("any text at all is read or refused, never anything else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(["accepted", ...JSON_REFUSALS]).toContain(codeOf(text));
    }),
    { numRuns: 2000 },
  );
});

test("people's own keys and amounts may be lenient, nothing else", () => {
  const own = { ...JSON_LIMITS, anyKeysAndAmounts: true };
  expect(parseStrictJson('{"größe":12345678901234567890}', own)).toEqual({
    größe: Number("12345678901234567890"),
  });
  for (const text of ['{"a":1,"a":2}', '{"__proto__":1}', '{"a":1e999}', '{"a":-0}', "{}{}"]) {
    expect(() => parseStrictJson(text, own)).toThrow(JsonRefused);
  }
});
