/**
 * Schemas that other versions write with, learnt from the `schemas` topic.
 *
 * I1. A record whose schema is on the topic is read as the present version of its event (Avro schema
 *     resolution); only one that nobody published, or that cannot be resolved, stays undecodable.
 * I2. The topic is read again at most once in `PAUSE_MS`: rubbish cannot keep a consumer busy.
 */
import { registerWriterSchema } from "../schemas/codec.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Clock, EventLog, LogRecord } from "../session/ports.ts";
import { decodeRecord } from "./decode.ts";

const PAUSE_MS = 1_000;

/** Decodes records, learning schemas as they are needed. */
export function createSchemaBook(
  log: Pick<EventLog, "read">,
  clock: Pick<Clock, "now">,
): (record: LogRecord) => Promise<Recorded> {
  let readAt = Number.NEGATIVE_INFINITY;
  return async (record) => {
    try {
      return decodeRecord(record);
    } catch (error) {
      if (!isUnknownSchema(error) || clock.now() - readAt < PAUSE_MS) throw error;
      readAt = clock.now();
      await learnSchemas(log);
      return decodeRecord(record);
    }
  };
}

function isUnknownSchema(error: unknown): boolean {
  return error instanceof MmmError && typeof error.data["fingerprint"] === "string";
}

/** Teaches the codec every schema on the topic. */
export async function learnSchemas(log: Pick<EventLog, "read">): Promise<void> {
  for await (const record of log.read({ topic: TOPICS.schemas.topic })) {
    try {
      registerWriterSchema(Buffer.from(record.value).toString("utf8"));
    } catch (error) {
      // A schema of a foreign event, or one that cannot be read as ours: its records stay dead letters.
      if (!(error instanceof MmmError) && !(error instanceof SyntaxError)) throw error;
    }
  }
}
