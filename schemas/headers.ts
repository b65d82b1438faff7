/**
 * Envelope and chain <-> record headers (CloudEvents 1.0, Kafka protocol binding, binary mode).
 *
 * I1. Required attributes that are missing or malformed make the record undecodable.
 * I2. Attachments are headers of their own (`mmm-…`) and bounded in size.
 * I3. A history record also says at which offset of the inbox its cause stood, outside the chain: it
 *     serves recovery, not the audit. Records of older versions do not say it.
 */
import { MmmError } from "./errors.ts";
import type { Attachments, Envelope, EventType } from "./event.ts";

export type Headers = Readonly<Record<string, string>>;

/** Bound on one attachment, in characters. */
export const ATTACHMENT_CHARS_MAX = 512 * 1024;

const ATTACHMENTS = ["warrant", "config", "clearance", "context"] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const SESSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Headers of a record that carries an event of this type. */
export function toHeaders(
  type: EventType,
  envelope: Envelope,
  attachments: Attachments = {},
): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/avro",
    ce_specversion: "1.0",
    ce_id: envelope.id,
    ce_source: `/mmm/${envelope.producer}`,
    ce_type: `mmm.${type}`,
    ce_time: envelope.time,
    ce_subject: envelope.session,
    ce_partitionkey: envelope.session,
    ce_causationid: envelope.cause,
    ce_businessunit: envelope.business_unit,
  };
  if (envelope.traceparent !== undefined) headers["traceparent"] = envelope.traceparent;
  return { ...headers, ...toAttachmentHeaders(attachments) };
}

const INBOX_OFFSET = "mmm-inbox-offset";

const SESSIONS_BEGUN = "mmm-sessions-begun";

/**
 * Headers of a history record: the offset, in the inbox partition of its number, of its cause, and how
 * many sessions its partition has begun, this record's included.
 */
export function createHistoryHeaders(at: {
  readonly offset: number;
  readonly begun: number;
}): Record<string, string> {
  return { [INBOX_OFFSET]: String(at.offset), [SESSIONS_BEGUN]: String(at.begun) };
}

/** Inbox offset of a history record's cause; null where the record does not say it. */
export function readInboxOffset(headers: Headers): number | null {
  const text = headers[INBOX_OFFSET] ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Sessions begun by a history record's partition; null where the record does not say it. */
export function readSessionsBegun(headers: Headers): number | null {
  const text = headers[SESSIONS_BEGUN] ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Headers that carry attachments. */
export function toAttachmentHeaders(attachments: Attachments): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ATTACHMENTS) {
    const value = attachments[name];
    if (value !== undefined) headers[`mmm-${name}`] = value;
  }
  return headers;
}

/** Envelope of a record. Throws `record_undecodable` naming the attribute that is wrong. */
export function readEnvelope(headers: Headers): Envelope {
  const traceparent = headers["traceparent"];
  return {
    id: readAttribute(headers, "ce_id", UUID),
    session: readAttribute(headers, "ce_subject", SESSION),
    business_unit: readAttribute(headers, "ce_businessunit", /^.{1,200}$/u),
    cause: readAttribute(headers, "ce_causationid", UUID),
    producer: readAttribute(headers, "ce_source", /^\/mmm\/[a-z0-9.:_-]{1,60}$/).slice(5),
    time: readAttribute(headers, "ce_time", TIME),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** Attachments of a record. Throws `record_undecodable` for one that is too long. */
export function readAttachments(headers: Headers): Attachments {
  const found: Record<string, string> = {};
  for (const name of ATTACHMENTS) {
    const value = headers[`mmm-${name}`];
    if (value === undefined) continue;
    if (value.length > ATTACHMENT_CHARS_MAX) {
      throw new MmmError("record_undecodable", `the attachment ${name} is too long`);
    }
    found[name] = value;
  }
  return found;
}

function readAttribute(headers: Headers, name: string, pattern: RegExp): string {
  const value = headers[name];
  if (value === undefined || !pattern.test(value)) {
    throw new MmmError("record_undecodable", `the header ${name} is missing or malformed`);
  }
  return value;
}
