/**
 * What a newer version of the product writes: every event with one more optional field at its end,
 * and one event that nobody here knows.
 */
import avro from "avsc";
import { readFingerprint, listSchemas } from "../../schemas/codec.ts";
import { computeCrc64Avro } from "../../schemas/fingerprint.ts";
import type { EventLog, OutgoingRecord } from "../../session/ports.ts";

const HEADER_BYTES = 10;
const MARKER = 0xc301;
/** The datum of the added field: second branch of its union, a text of three bytes. */
const ADDED = Buffer.from([2, 6, ...Buffer.from("new")]);

interface NewerSchema {
  readonly header: Buffer;
  readonly record: OutgoingRecord;
}

/** An event of which this version has never heard. */
export const UNKNOWN_EVENT = newerSchema({
  type: "record",
  name: "mmm.SomethingNew",
  fields: [{ name: "text", type: "string" }],
});

function newerSchema(schema: object): NewerSchema {
  const type = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: "never" });
  const fingerprint = computeCrc64Avro(Buffer.from(JSON.stringify(type.schema())));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(MARKER, 0);
  header.writeBigUInt64LE(fingerprint, 2);
  const key = fingerprint.toString(16).padStart(16, "0");
  const value = Buffer.from(JSON.stringify(schema));
  return { header, record: { topic: "schemas", key, value, headers: {} } };
}

export interface NewerVersion {
  /** Puts its schemas on their topic, as a newer process does when it starts. */
  publish(log: EventLog): Promise<void>;
  /** The same body as it writes it; what is no event of ours stays as it is. */
  body(value: Uint8Array): Uint8Array;
  /** The log as it writes to it; dead letters keep their bytes. */
  writer(log: EventLog): EventLog;
}

/** A version that knows one more field, so named, of every event. */
export function newerVersion(field: string): NewerVersion {
  const newer = new Map(
    listSchemas().map(({ fingerprint, schemaJson }) => {
      const schema = JSON.parse(schemaJson) as { fields: unknown[] };
      schema.fields.push({ name: field, type: ["null", "string"], default: null });
      return [fingerprint, newerSchema(schema)];
    }),
  );
  function bodyOf(value: Uint8Array): Uint8Array {
    const body = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const schema = newer.get(readFingerprint(body) ?? "");
    if (schema === undefined) return value;
    return Buffer.concat([schema.header, body.subarray(HEADER_BYTES), ADDED]);
  }
  const recordOf = (record: OutgoingRecord): OutgoingRecord =>
    record.topic === "dead-letters" ? record : { ...record, value: bodyOf(record.value) };
  return {
    publish: (log) => log.append([...newer.values(), UNKNOWN_EVENT].map(({ record }) => record)),
    body: bodyOf,
    writer: (log) => ({ ...log, append: (records) => log.append(records.map(recordOf)) }),
  };
}
