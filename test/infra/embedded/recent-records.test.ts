import { describe, expect, test } from "vitest";
import { RecentRecords } from "../../../infra/embedded/recent-records.ts";
import type { LogRecord } from "../../../session/ports.ts";

function record(offset: number, bytes = 10): LogRecord {
  const value = new Uint8Array(bytes);
  return { topic: "t", partition: 0, offset, key: "k", value, headers: { a: "b" }, timestamp: 0 };
}

function offsets(records: LogRecord[] | null): number[] | null {
  return records?.map((one) => one.offset) ?? null;
}

describe("recent records", () => {
  test("are answered from any offset that is kept, at most as many as wanted", () => {
    const recent = new RecentRecords();
    for (const offset of [5, 6, 7]) recent.add(1, record(offset));
    expect(offsets(recent.from(1, 5, 10))).toEqual([5, 6, 7]);
    expect(offsets(recent.from(1, 6, 1))).toEqual([6]);
  });

  test("are not answered where any is missing: before, after, or of another place", () => {
    const recent = new RecentRecords();
    recent.add(1, record(5));
    expect(recent.from(1, 4, 10)).toBeNull();
    expect(recent.from(1, 6, 10)).toBeNull();
    expect(recent.from(2, 5, 10)).toBeNull();
  });

  test("are forgotten when an offset is passed over, for somebody else has appended", () => {
    const recent = new RecentRecords();
    recent.add(1, record(5));
    recent.add(1, record(7));
    expect(recent.from(1, 5, 10)).toBeNull();
    expect(recent.from(1, 7, 10)).toBeNull();
  });

  test("leave, oldest first, when they grow beyond the bound, and the rest stays right", () => {
    const recent = new RecentRecords();
    const mebibyte = 1024 * 1024;
    for (let offset = 0; offset < 3_000; offset += 1) {
      recent.add(offset % 2, record(Math.floor(offset / 2), mebibyte / 4));
    }
    expect(recent.from(0, 0, 1)).toBeNull();
    const kept = Array.from({ length: 1_500 }, (_, at) => at).filter(
      (at) => recent.from(0, at, 1) !== null,
    );
    expect(kept.length).toBeGreaterThan(40);
    expect(kept.length).toBeLessThan(70);
    expect(kept.at(-1)).toBe(1_499);
    for (const at of kept) expect(offsets(recent.from(0, at, 1))).toEqual([at]);
  });
});
