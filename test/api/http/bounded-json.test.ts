import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBoundedJson } from "../../../api/http/bounded-json.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}1${"]".repeat(depth)}`;

describe("JSON from outside", () => {
  it("is what JSON.parse gives, as long as it is within bounds", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(
          !/"(?:__\w+__|\w+Of|to\w*String|constructor|prototype|\w+OwnProperty|\w+Enumerable)"/.test(
            text,
          ),
        );
        fc.pre(!/\\u(?:0000|d[89a-f])|-0\b(?!\.)/i.test(text) && text.isWellFormed());
        expect(parseBoundedJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is refused when nested too deep or too long, however deep that is", () => {
    expect(parseBoundedJson(nested(64))).toBeDefined();
    for (const depth of [65, 1_000, 100_000]) {
      expect(() => parseBoundedJson(nested(depth))).toThrow("the body is not");
    }
    expect(parseBoundedJson(`[${"0,".repeat(199_998)}0]`)).toHaveLength(199_999);
    expect(() => parseBoundedJson(`[${"0,".repeat(200_000)}0]`)).toThrow("more than 200000 values");
  });

  it("is refused when a key at any depth reaches prototypes", () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const text = `{"a":[{"b":{${JSON.stringify(key)}:{"admin":true}}}]}`;
      expect(() => parseBoundedJson(text)).toThrow("is not accepted");
    }
    expect(() => parseBoundedJson('{"\\u005f_proto__":1}')).toThrow("is not accepted");
  });

  it.each([
    ["a key twice", '{"a":{"folds":4,"folds":2}}'],
    ["a key twice, once escaped", '{"folds":4,"f\\u006flds":2}'],
    ["a number beyond what a double holds", '{"a":1e999}'],
    ["half of a surrogate pair", '{"a":"\\ud800"}'],
  ])("is refused when it has two readings: %s", (_kind, text) => {
    expect(() => parseBoundedJson(text)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("keeps the callers' own keys and amounts", () => {
    const text = '{"größe":12345678901234567890}';
    expect(parseBoundedJson(text)).toEqual(JSON.parse(text));
  });
});
