/**
 * Records that no second try can help: kept with their raw bytes and where they came from.
 *
 * I1. Nothing is skipped silently: what a consumer cannot take is on `dead-letters`.
 * I2. The redrive counter travels with the record and stops loops.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import { readFingerprint } from "../../schemas/codec.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { LogRecord, OutgoingRecord } from "../../session/ports.ts";

/** Header that counts how often a record was sent again. */
export const REDRIVES = "dlq-redrives";

/** The dead letter of a record that `group` could not take. */
export function createDeadLetter(record: LogRecord, group: string, error: unknown): OutgoingRecord {
  return {
    topic: TOPICS.deadLetters.topic,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      "dlq-topic": record.topic,
      "dlq-partition": String(record.partition),
      "dlq-offset": String(record.offset),
      "dlq-timestamp": String(record.timestamp),
      "dlq-group": group,
      "dlq-code": error instanceof MmmError ? error.code : "internal",
      "dlq-message": describeError(error).slice(0, 500),
      "dlq-fingerprint": readFingerprint(record.value) ?? "",
      [REDRIVES]: record.headers[REDRIVES] ?? "0",
    },
  };
}
