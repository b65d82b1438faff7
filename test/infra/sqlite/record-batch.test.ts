import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeRecords,
  decodeRecords,
  type PackedRecord,
} from "../../../infra/sqlite/record-batch.ts";

const text = fc.oneof(
  fc.constantFrom("ce_id", "1.0", "", "a session", "mmm-warrant"),
  fc.string({ unit: "grapheme", maxLength: 200 }),
);
const record: fc.Arbitrary<PackedRecord> = fc.record({
  topic: fc.nat(40),
  offset: fc.nat(2 ** 40),
  timestamp: fc.integer({ min: 0, max: 2 ** 43 }),
  key: text,
  headers: fc.dictionary(
    text.filter((name) => name !== "__proto__"),
    text,
    { noNullPrototype: true },
  ),
  value: fc.uint8Array({ maxLength: 400 }),
});

function plain(records: readonly PackedRecord[]): unknown {
  return records.map((one) => ({ ...one, value: [...one.value] }));
}

describe("a batch of records", () => {
  test("comes back as it was, whatever the texts, times and offsets", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        expect(plain(decodeRecords(encodeRecords(records)))).toEqual(plain(records));
      }),
    );
  });

  test("keeps a text that comes again once", () => {
    const long = "a configuration ".repeat(500);
    const one = { topic: 1, timestamp: 5, key: "s1", value: new Uint8Array(1) };
    const records = Array.from({ length: 20 }, (_, offset) => ({
      ...one,
      offset,
      headers: { "mmm-config": long },
    }));
    expect(encodeRecords(records).length).toBeLessThan(long.length + 400);
  });

  test("that is cut, changed or of another format is refused, never misread in silence", () => {
    const headers = { "mmm-config": "x".repeat(100) };
    const whole = encodeRecords([
      { topic: 1, offset: 2, timestamp: 3, key: "s1", headers, value: new Uint8Array(50) },
    ]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeRecords(whole.subarray(0, length))).toThrow("damaged");
    }
    expect(() => decodeRecords(Uint8Array.of(9, ...whole.subarray(1)))).toThrow("damaged");
  });
});
