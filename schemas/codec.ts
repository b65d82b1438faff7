/**
 * Bytes <-> events. The only file that knows avsc.
 *
 * A body is Avro single-object encoding (Avro 1.12, "Single-object encoding"): C3 01, the 8-byte
 * little-endian CRC-64-AVRO fingerprint of the writer's schema, then the datum. A reader needs no
 * registry: schemas travel on the `schemas` topic and stand in `schemas/published/`; the earlier ones
 * among these are known here from the start (`earlier-schemas.ts`).
 *
 * I1. Nothing is encoded that the schema does not describe: undeclared fields, wrong types,
 *     non-finite numbers and whole numbers from 2^52 on are refused first (avsc alone would drop or
 *     change them silently).
 * I2. Nothing is decoded without its fingerprint; an unknown one is an error, never a guess.
 * I3. Bytes left over after the datum are an error.
 * I4. What this process encoded itself it does not decode: the very same bytes give the very same
 *     event, if decoding would give an equal one.
 */
import avro from "avsc";
import { toAvsc, type Avro } from "./avro.ts";
import { crc64Avro } from "./fingerprint.ts";
import { MmmError } from "./errors.ts";
import { exactness } from "./exact.ts";
import { EARLIER_SCHEMAS } from "./earlier-schemas.ts";
import { EVENT_SCHEMAS, EVENT_TYPES, type Event, type EventType } from "./event.ts";

/** Bound on one body; Kafka's default record limit is 1 MiB. */
export const BODY_BYTES_MAX = 900 * 1024;

const HEADER_BYTES = 10;
const MARKER = 0xc301;

interface CodecRow {
  readonly type: EventType;
  readonly avro: avro.Type;
  readonly fingerprint: string;
  readonly header: Buffer;
  readonly schemaJson: string;
  /** True when a datum is valid and is what decoding its encoding gives. */
  readonly isExact: (datum: unknown) => boolean;
}

const rows = new Map<EventType, CodecRow>();
const readers = new Map<string, (body: Buffer) => Event>();
for (const type of EVENT_TYPES) register(type);
for (const schemaJson of EARLIER_SCHEMAS) registerWriterSchema(schemaJson);

function register(type: EventType): void {
  const avroType = typeOf(toAvsc(EVENT_SCHEMAS[type]));
  const canonical = JSON.stringify(avroType.schema());
  const fingerprint = crc64Avro(Buffer.from(canonical, "utf8"));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(MARKER, 0);
  header.writeBigUInt64LE(fingerprint, 2);
  const name = fingerprint.toString(16).padStart(16, "0");
  const schemaJson = JSON.stringify(toAvsc(EVENT_SCHEMAS[type]));
  const isExact = exactness(EVENT_SCHEMAS[type]);
  rows.set(type, { type, avro: avroType, fingerprint: name, header, schemaJson, isExact });
  readers.set(name, (body) => ({ type, data: decodeDatum(avroType, body) }) as Event);
}

function typeOf(schema: unknown): avro.Type {
  return avro.Type.forSchema(schema as avro.Schema, { wrapUnions: "never" });
}

/**
 * Teaches the codec a schema that an older or newer writer used; its data are resolved to the
 * present schema of the same event (Avro schema resolution). Throws `schema_mismatch` when the two
 * are not compatible, or when the text is no schema.
 */
export function registerWriterSchema(schemaJson: string): string {
  const writer = writerType(schemaJson);
  const type = writer.name?.split(".").at(-1) as EventType;
  const row = rows.get(type);
  if (row === undefined) {
    throw new MmmError("schema_mismatch", `no event is named ${String(type)}`);
  }
  const name = fingerprintOf(writer);
  if (readers.has(name)) return name;
  let resolver: avro.Resolver;
  try {
    resolver = row.avro.createResolver(writer);
  } catch (cause) {
    throw new MmmError("schema_mismatch", `schema ${name} of ${type} cannot be read`, { cause });
  }
  readers.set(name, (body) => {
    const datum = row.avro.fromBuffer(body.subarray(HEADER_BYTES), resolver, false);
    return { type, data: datum } as Event;
  });
  return name;
}

function writerType(schemaJson: string): avro.Type {
  try {
    return typeOf(JSON.parse(schemaJson));
  } catch (cause) {
    throw new MmmError("schema_mismatch", "the text is not an Avro schema", { cause });
  }
}

function fingerprintOf(type: avro.Type): string {
  const bits = crc64Avro(Buffer.from(JSON.stringify(type.schema()), "utf8"));
  return bits.toString(16).padStart(16, "0");
}

/** Bodies made here, by the data they were made of, and the events they were made of. */
const bodyOf = new WeakMap<object, { readonly type: EventType; readonly body: Buffer }>();
const eventOf = new WeakMap<Uint8Array, Event>();

/**
 * Body of an event. Throws `event_invalid` naming the field that does not fit. Data are not changed
 * once they were encoded: the same data have the same body, and that body has these data.
 */
export function encodeEvent(event: Event): Buffer {
  const row = rows.get(event.type);
  if (row === undefined) {
    throw new MmmError("event_invalid", `no event is named ${String(event.type)}`);
  }
  const known = bodyOf.get(event.data);
  if (known?.type === event.type) return known.body;
  const exact = row.isExact(event.data);
  if (!exact) assertValid(row, event.data);
  const body = encoded(row, event);
  if (exact) {
    bodyOf.set(event.data, { type: event.type, body });
    eventOf.set(body, { type: event.type, data: event.data } as Event);
  }
  return body;
}

/** Grows with the largest body; what is handed out is a copy. */
let scratch = Buffer.alloc(16 * 1024);

function encoded(row: CodecRow, event: Event): Buffer {
  let end = row.avro.encode(event.data, scratch, HEADER_BYTES);
  if (end < 0) {
    scratch = Buffer.alloc(2 * (scratch.length - end));
    end = row.avro.encode(event.data, scratch, HEADER_BYTES);
  }
  row.header.copy(scratch);
  const body = Buffer.from(scratch.subarray(0, end));
  if (body.length > BODY_BYTES_MAX) {
    throw new MmmError(
      "event_invalid",
      `${event.type} has ${body.length} bytes, the limit is ${BODY_BYTES_MAX}`,
    );
  }
  return body;
}

function assertValid(row: CodecRow, data: unknown): void {
  let where = "";
  const valid = row.avro.isValid(data, {
    noUndeclaredFields: true,
    errorHook: (path: string[]) => {
      where = path.join(".");
    },
  } as avro.IsValidOptions);
  if (!valid) throw new MmmError("event_invalid", `${row.type} has a wrong value at "${where}"`);
  const odd = oddNumber(EVENT_SCHEMAS[row.type], data, "");
  if (odd !== null) throw new MmmError("event_invalid", `${row.type} has ${odd}`);
}

/** avsc writes whole numbers beyond this wrongly, without a word. */
const LONG_MAX = 2 ** 52 - 1;

/** The first number that would not survive encoding, or null. */
function oddNumber(schema: Avro, value: unknown, path: string): string | null {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return `a non-finite number at "${path}"`;
    const whole = schema === "long" || (Array.isArray(schema) && schema[1] === "long");
    return whole && Math.abs(value) > LONG_MAX ? `too large a whole number at "${path}"` : null;
  }
  if (typeof value !== "object" || value === null || typeof schema === "string") return null;
  const inner = (Array.isArray(schema) ? schema[1] : schema) as Exclude<Avro, string>;
  if (!("type" in inner)) return null;
  if (inner.type === "array") {
    for (const [index, member] of (value as unknown[]).entries()) {
      const found = oddNumber(inner.items, member, `${path}.${index}`);
      if (found !== null) return found;
    }
    return null;
  }
  if (inner.type !== "record") return null;
  for (const { name, type } of inner.fields) {
    const found = oddNumber(
      type,
      (value as Record<string, unknown>)[name],
      path === "" ? name : `${path}.${name}`,
    );
    if (found !== null) return found;
  }
  return null;
}

/** Event of a body. Throws `record_undecodable`; such a record belongs to the dead letters. */
export function decodeEvent(body: Uint8Array): Event {
  const known = eventOf.get(body);
  if (known !== undefined) return known;
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (buffer.length < HEADER_BYTES || buffer.readUInt16BE(0) !== MARKER) {
    throw new MmmError("record_undecodable", "the body is not an Avro single object");
  }
  const name = buffer.readBigUInt64LE(2).toString(16).padStart(16, "0");
  const read = readers.get(name);
  if (read === undefined) {
    throw new MmmError("record_undecodable", `no schema has the fingerprint ${name}`, {
      data: { fingerprint: name },
    });
  }
  try {
    return read(buffer);
  } catch (cause) {
    throw new MmmError("record_undecodable", `the body does not fit schema ${name}`, { cause });
  }
}

function decodeDatum(type: avro.Type, body: Buffer): unknown {
  const { value, offset } = type.decode(body, HEADER_BYTES);
  if (offset !== body.length) throw new RangeError("the datum is followed by further bytes or cut");
  return value;
}

/** Fingerprint of a body's schema, or null where there is none. */
export function fingerprintOfBody(body: Uint8Array): string | null {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (buffer.length < HEADER_BYTES || buffer.readUInt16BE(0) !== MARKER) return null;
  return buffer.readBigUInt64LE(2).toString(16).padStart(16, "0");
}

/** All present schemas with their fingerprints, for `schemas/published/` and the `schemas` topic. */
export function presentSchemas(): readonly {
  type: EventType;
  fingerprint: string;
  schemaJson: string;
}[] {
  return [...rows.values()].map(({ type, fingerprint, schemaJson }) => ({
    type,
    fingerprint,
    schemaJson,
  }));
}
