import { describe, expect, test } from "vitest";
import type { Avro } from "../../schemas/avro.ts";
import { decodeEvent, encodeEvent } from "../../schemas/codec.ts";
import type { Event } from "../../schemas/event.ts";
import { createExactCheck } from "../../schemas/exact.ts";

const SCHEMA = {
  type: "record",
  name: "Thing",
  fields: [
    { name: "word", type: "string" },
    { name: "count", type: "long" },
    { name: "share", type: ["null", "double"] },
    {
      name: "kind",
      type: { type: "enum", name: "Kind", symbols: ["A", "UNKNOWN"], default: "UNKNOWN" },
    },
    { name: "list", type: { type: "array", items: "int" } },
  ],
} as const satisfies Avro;
const GOOD = { word: "Grüße", count: 3, share: null, kind: "A", list: [1, -2] };

describe("a datum that is to survive Avro as it is", () => {
  const isExact = createExactCheck(SCHEMA);

  test("has every field, of its type", () => {
    expect(isExact(GOOD)).toBe(true);
    expect(isExact({ ...GOOD, share: 0.5 })).toBe(true);
  });

  test.each([
    ["a lone surrogate", { ...GOOD, word: "\ud800" }],
    ["another type", { ...GOOD, word: 3 }],
    ["too large a whole number", { ...GOOD, count: 2 ** 52 }],
    ["a fraction", { ...GOOD, count: 0.5 }],
    ["a negative zero", { ...GOOD, count: -0 }],
    ["an infinite number", { ...GOOD, share: Number.POSITIVE_INFINITY }],
    ["an unknown symbol", { ...GOOD, kind: "B" }],
    ["a wrong member", { ...GOOD, list: [1, 2 ** 31] }],
    ["no array", { ...GOOD, list: { 0: 1, length: 1 } }],
    ["a field too many", { ...GOOD, more: 1 }],
    ["a field left out", { word: "a", count: 3, share: null, kind: "A" }],
    ["nothing", null],
  ])("is refused with %s", (_what, datum) => {
    expect(isExact(datum)).toBe(false);
  });
});

describe("an event this process encoded", () => {
  const event = {
    type: "SessionCancelled",
    data: { reason: "enough", by: "ann" },
  } as unknown as Event;

  test("is encoded once and given back for those bytes, and decoded for any others", () => {
    const body = encodeEvent(event);
    expect(encodeEvent({ ...event })).toBe(body);
    expect(decodeEvent(body).data).toBe(event.data);
    const copy = decodeEvent(Buffer.from(body));
    expect(copy.data).not.toBe(event.data);
    expect({ ...copy.data }).toEqual(event.data);
  });

  test("whose text does not survive is decoded like a foreign one", () => {
    const odd = {
      ...event,
      data: { reason: "\ud800", by: "ann" },
    } as unknown as Event;
    expect(decodeEvent(encodeEvent(odd)).data).not.toBe(odd.data);
  });
});
