/**
 * Many records as one block of bytes: how the embedded log keeps what was appended together.
 *
 *   batch   = format byte, count, time of the first record (float64), record…
 *   record  = topic number, offset, time since the first (zigzag), key, header count,
 *             (name, value)…, body length, body
 *   text    = 0, length, UTF-8        when it is new; it then has the next number
 *           | number + 1              when it stood in the batch, or in NAMES, before
 *
 * All numbers are LEB128 varints. Texts that come again (a session, a time, a configuration) are
 * stored once a batch: in most batches that is two thirds of all header bytes.
 *
 * I1. What `decodeRecords` gives is what `encodeRecords` was given, texts with lone surrogates excepted.
 * I2. NAMES only grows, at its end: its numbers stand in stored batches.
 */
import { MmmError } from "../../schemas/errors.ts";

/** A record with its topic as a number. */
export interface PackedRecord {
  readonly topic: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

const FORMAT = 1;

/** Texts every batch knows. */
const NAMES: readonly string[] = [
  "content-type",
  "application/avro",
  "ce_specversion",
  "1.0",
  "ce_id",
  "ce_source",
  "ce_type",
  "ce_time",
  "ce_subject",
  "ce_partitionkey",
  "ce_causationid",
  "ce_businessunit",
  "traceparent",
  "ce_seq",
  "ce_prevhash",
  "ce_hash",
  "mmm-warrant",
  "mmm-config",
  "mmm-clearance",
  "mmm-context",
];
const NUMBER_OF_NAME: ReadonlyMap<string, number> = new Map(
  NAMES.map((name, index) => [name, index]),
);

/** Packs records; at least one. */
export function encodeRecords(records: readonly PackedRecord[]): Uint8Array {
  const out = new Writer();
  const since = records[0]?.timestamp ?? 0;
  out.byte(FORMAT);
  out.varint(records.length);
  out.double(since);
  for (const { topic, offset, timestamp, key, headers, value } of records) {
    out.varint(topic);
    out.varint(offset);
    const later = timestamp - since;
    out.varint(later >= 0 ? 2 * later : -2 * later - 1);
    out.text(key);
    const names = Object.keys(headers);
    out.varint(names.length);
    for (const name of names) {
      out.text(name);
      out.text(headers[name] as string);
    }
    out.bytes(value);
  }
  return out.take();
}

/**
 * The records of a batch. Bodies are views of `bytes`. Throws `state_damaged`.
 */
export function decodeRecords(bytes: Uint8Array): PackedRecord[] {
  try {
    return readRecords(new Reader(bytes));
  } catch (cause) {
    throw new MmmError("state_damaged", "a batch of records is damaged: restore it from a copy", {
      cause,
    });
  }
}

function readRecords(from: Reader): PackedRecord[] {
  if (from.byte() !== FORMAT) throw new RangeError("the batch has another format");
  const count = from.varint();
  const since = from.double();
  const found: PackedRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const topic = from.varint();
    const offset = from.varint();
    const later = from.varint();
    const timestamp = since + (later % 2 === 0 ? later / 2 : -(later + 1) / 2);
    const key = from.text();
    const headers: Record<string, string> = {};
    for (let left = from.varint(); left > 0; left -= 1) {
      const name = from.text();
      headers[name] = from.text();
    }
    const value = from.bytes();
    found.push({ topic, offset, timestamp, key, headers, value });
  }
  return found;
}

const START_BYTES = 64 * 1024;

/** One buffer for all packing; what is taken is a copy. */
let scratch = Buffer.allocUnsafe(START_BYTES);

class Writer {
  #at = 0;
  readonly #numbers = new Map<string, number>();

  byte(value: number): void {
    this.#room(1);
    scratch[this.#at] = value;
    this.#at += 1;
  }

  double(value: number): void {
    this.#room(8);
    this.#at = scratch.writeDoubleLE(value, this.#at);
  }

  varint(value: number): void {
    this.#room(8);
    this.#varint(value);
  }

  text(text: string): void {
    const known = NUMBER_OF_NAME.get(text) ?? this.#numbers.get(text);
    if (known !== undefined) return this.varint(known + 1);
    this.#numbers.set(text, NAMES.length + this.#numbers.size);
    this.#room(3 * text.length + 9);
    scratch[this.#at] = 0;
    this.#at += 1;
    if (text.length < 0x80 / 3) {
      // At most 127 bytes whatever the text: its length takes one byte, written afterwards.
      const written = scratch.write(text, this.#at + 1);
      scratch[this.#at] = written;
      this.#at += 1 + written;
      return;
    }
    this.#varint(Buffer.byteLength(text));
    this.#at += scratch.write(text, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length + 8);
    this.#varint(value.length);
    scratch.set(value, this.#at);
    this.#at += value.length;
  }

  take(): Uint8Array {
    return new Uint8Array(scratch.subarray(0, this.#at));
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      scratch[this.#at] = (rest % 0x80) | 0x80;
      this.#at += 1;
      rest = Math.floor(rest / 0x80);
    }
    scratch[this.#at] = rest;
    this.#at += 1;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= scratch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * scratch.length, this.#at + bytes));
    scratch.copy(larger, 0, 0, this.#at);
    scratch = larger;
  }
}

class Reader {
  readonly #bytes: Buffer;
  readonly #texts: string[] = [...NAMES];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError("the batch is cut");
    this.#at += 1;
    return value;
  }

  double(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of the batch is too long");
  }

  text(): string {
    const number = this.varint();
    if (number > 0) {
      const known = this.#texts[number - 1];
      if (known === undefined) throw new RangeError("the batch refers to a text it does not hold");
      return known;
    }
    const end = this.#end(this.varint());
    const text = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end;
    this.#texts.push(text);
    return text;
  }

  bytes(): Uint8Array {
    const end = this.#end(this.varint());
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  #end(length: number): number {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("the batch is cut");
    return end;
  }
}
