import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCanonicalJson, computeDigest } from "../../schemas/canonical.ts";

describe("canonical JSON", () => {
  it("gives the example of RFC 8785 §3.2.3", () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(toCanonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts keys by UTF-16 code units", () => {
    expect(toCanonicalJson({ "\u{1f600}": 1, "\ufb33": 2, a: 3, 1: 4 })).toBe(
      '{"1":4,"a":3,"\u{1f600}":1,"\ufb33":2}',
    );
  });

  it("does not depend on the order in which keys were set", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(computeDigest(turned)).toBe(computeDigest(value));
      }),
    );
  });

  it("parses back to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = toCanonicalJson(value);
        expect(toCanonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it("writes minus zero as zero and refuses what JSON cannot hold", () => {
    expect(toCanonicalJson(-0)).toBe("0");
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, "\ud800", () => 0, 5n]) {
      expect(() => toCanonicalJson({ bad })).toThrow(/cannot hold/);
    }
  });
});
