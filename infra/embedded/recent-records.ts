/**
 * The newest records of an embedded log, kept as they were appended: a consumer in the same process
 * takes them from here instead of reading and parsing them back.
 *
 * I1. Only an unbroken run of records up to the last one appended is answered; else null, and the
 *     table is read.
 * I2. Bounded in bytes over all shelves; the oldest leave first.
 */
import type { LogRecord } from "../../session/ports.ts";

const BYTES_MAX = 32 * 1024 * 1024;

interface Tail {
  /** Offset of `records[start]`. */
  first: number;
  start: number;
  records: LogRecord[];
}

export class RecentRecords {
  readonly #tails = new Map<number, Tail>();
  #order: { readonly tail: Tail; readonly bytes: number }[] = [];
  #oldest = 0;
  #bytes = 0;

  /** Takes in the record just appended to a shelf. */
  add(shelfNumber: number, record: LogRecord): void {
    const tail = this.#tails.get(shelfNumber) ?? { first: record.offset, start: 0, records: [] };
    this.#tails.set(shelfNumber, tail);
    const next = tail.first + tail.records.length - tail.start;
    if (record.offset !== next) {
      this.clear();
      return;
    }
    const bytes = estimateRecordBytes(record);
    tail.records.push(record);
    this.#order.push({ tail, bytes });
    this.#bytes += bytes;
    while (this.#bytes > BYTES_MAX) this.#drop();
  }

  /** At most `max` records of a shelf from an offset on; null when they are not all here. */
  from(shelfNumber: number, offset: number, max: number): LogRecord[] | null {
    const tail = this.#tails.get(shelfNumber);
    if (tail === undefined || offset < tail.first) return null;
    const at = tail.start + offset - tail.first;
    return at < tail.records.length ? tail.records.slice(at, at + max) : null;
  }

  /** Forgets everything: somebody else has appended, or records were removed. */
  clear(): void {
    this.#tails.clear();
    this.#order = [];
    this.#oldest = 0;
    this.#bytes = 0;
  }

  #drop(): void {
    const entry = this.#order[this.#oldest];
    if (entry === undefined) return;
    this.#oldest += 1;
    this.#bytes -= entry.bytes;
    const { tail } = entry;
    tail.start += 1;
    tail.first += 1;
    if (tail.start > 1_024 && 2 * tail.start > tail.records.length) {
      tail.records = tail.records.slice(tail.start);
      tail.start = 0;
    }
    if (this.#oldest > 4_096 && 2 * this.#oldest > this.#order.length) {
      this.#order = this.#order.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}

/** About what a record takes in memory. */
function estimateRecordBytes(record: LogRecord): number {
  let bytes = record.value.length + 512;
  for (const name in record.headers) bytes += record.headers[name]?.length ?? 0;
  return bytes;
}
