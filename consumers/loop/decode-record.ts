/** A record from the log as an event with its envelope; the one place where both are parsed. */
import { decodeEvent } from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Recorded } from "../../schemas/event.ts";
import { readAttachments, readEnvelope } from "../../schemas/headers.ts";
import type { LogRecord } from "../../session/ports.ts";

/** Throws `record_undecodable` when body, envelope and key do not agree. */
export function decodeRecord(record: LogRecord): Recorded {
  const envelope = readEnvelope(record.headers);
  const event = decodeEvent(record.value);
  if (envelope.session !== record.key) {
    throw new MmmError("record_undecodable", "the record's key is not its session");
  }
  if (record.headers["ce_type"] !== `mmm.${event.type}`) {
    throw new MmmError("record_undecodable", "the header ce_type is not the body's type");
  }
  return { ...event, envelope, attachments: readAttachments(record.headers) } as Recorded;
}
