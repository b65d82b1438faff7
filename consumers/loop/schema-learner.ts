/**
 * Schemas that other versions write with, learnt from the `schemas` topic.
 *
 * I1. A record whose schema is on the topic is read as the present version of its event (Avro schema
 *     resolution); only one that nobody published, or that cannot be resolved, stays undecodable.
 * I2. Writers publish before they write: one look after a record came tells all there is to know of
 *     its schema. Looks follow one another, so that records that came together share one.
 * I3. A fingerprint is looked for once in `PAUSE_MS`, and at most `LOOKS_MAX` of them: rubbish cannot
 *     keep a consumer busy.
 */
import { registerWriterSchema } from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { Recorded } from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { Clock, EventLog, LogRecord } from "../../session/ports.ts";
import { decodeRecord } from "./decode-record.ts";

const PAUSE_MS = 1_000;
const LOOKS_MAX = 64;

/** Decodes records, learning schemas as they are needed. */
export function createLearningDecoder(
  log: Pick<EventLog, "read">,
  clock: Pick<Clock, "now">,
): (record: LogRecord) => Promise<Recorded> {
  /** Fingerprint -> when it was looked for in vain. */
  const missed = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();

  async function decodeWithLookup(record: LogRecord): Promise<Recorded> {
    try {
      return decodeRecord(record);
    } catch (error) {
      const fingerprint = findUnknownFingerprint(error);
      if (fingerprint === null || !canLookUp(fingerprint)) throw error;
      await registerPublishedSchemas(log);
      missed.set(fingerprint, clock.now());
      const event = decodeRecord(record);
      missed.delete(fingerprint);
      return event;
    }
  }

  function canLookUp(fingerprint: string): boolean {
    for (const [old, at] of missed) if (clock.now() - at >= PAUSE_MS) missed.delete(old);
    return !missed.has(fingerprint) && missed.size < LOOKS_MAX;
  }

  return async (record) => {
    try {
      return decodeRecord(record);
    } catch (error) {
      if (findUnknownFingerprint(error) === null) throw error;
      const mine = last.then(() => decodeWithLookup(record));
      last = mine.catch(() => {});
      return mine;
    }
  };
}

/** The fingerprint that stood in the way, or null where something else did. */
function findUnknownFingerprint(error: unknown): string | null {
  const fingerprint = error instanceof MmmError ? error.data["fingerprint"] : null;
  return typeof fingerprint === "string" ? fingerprint : null;
}

/** Teaches the codec every schema on the topic. */
export async function registerPublishedSchemas(log: Pick<EventLog, "read">): Promise<void> {
  for await (const record of log.read({ topic: TOPICS.schemas.topic })) {
    try {
      registerWriterSchema(Buffer.from(record.value).toString("utf8"));
    } catch (error) {
      // A schema of a foreign event, or one that cannot be read as ours: its records stay dead letters.
      if (!(error instanceof MmmError)) throw error;
    }
  }
}
