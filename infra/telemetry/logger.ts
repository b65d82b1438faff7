/**
 * Log lines on stderr, one JSON object each. The only file that knows the logging library.
 *
 * I1. Content of events is never logged: codes, names, places and messages of our own errors are.
 * I2. What looks like a secret is redacted wherever it stands.
 */
import { destination, pino, stdTimeFunctions } from "pino";
import { describeError, MmmError } from "../../schemas/errors.ts";

export interface LoopLogger {
  failed(consumer: string, error: unknown): void;
  parked(consumer: string, session: string, error: unknown): void;
  deadLettered(
    consumer: string,
    record: { readonly topic: string; readonly partition: number; readonly offset: number },
    error: unknown,
  ): void;
  retaken(partition: number, records: number, written: number): void;
  rebuilt(partition: number, sessions: number, why: string): void;
  stranded(session: string, waitsFor: string): void;
}

const SECRET = /(?:sk-ant-|Bearer\s+)[A-Za-z0-9._-]{8,}/g;

/** A logger at a level; "silent" writes nothing. */
export function createLogger(level: string): LoopLogger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ["*.apiKey", "*.authorization", "*.password", "*.key"],
        censor: "[redacted]",
      },
    },
    destination({ dest: 2, sync: true }),
  );
  return {
    failed: (consumer, error) =>
      logger.warn({ consumer, ...describeLoggedError(error) }, "a try failed"),
    parked: (consumer, session, error) =>
      logger.error(
        { consumer, session, ...describeLoggedError(error) },
        "a session is put aside and tried slowly",
      ),
    deadLettered: (consumer, { topic, partition, offset }, error) =>
      logger.error(
        { consumer, topic, partition, offset, ...describeLoggedError(error) },
        "a record is a dead letter",
      ),
    retaken: (partition, records, written) =>
      logger.error(
        { partition, records, written },
        "history had lost what was acknowledged; it was made again from the inbox",
      ),
    rebuilt: (partition, sessions, why) =>
      logger.error(
        { partition, sessions, why },
        "the snapshots of a partition were not what its history says; they were made again from it",
      ),
    stranded: (session, waitsFor) =>
      logger.error(
        { session, waits_for: waitsFor },
        "a session waits for what no consumer has left to read; see mmm topics lag and mmm doctor",
      ),
  };
}

function describeLoggedError(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof MmmError ? error.code : "internal",
    message: describeError(error).replace(SECRET, "[redacted]"),
  };
}
