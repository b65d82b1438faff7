/**
 * What loops tell the outside about their work: counters and log lines, never content.
 */
import type { LogRecord } from "../../session/ports.ts";

export interface Observer {
  handled(consumer: string, type: string, ms: number): void;
  failed(consumer: string, error: unknown): void;
  parked(consumer: string, session: string, error: unknown): void;
  deadLettered(consumer: string, record: LogRecord, error: unknown): void;
  /** One transaction of the coordinator: inbox records, history records, milliseconds. */
  committed(partition: number, records: number, written: number, ms: number): void;
  /** Inbox records that were done and left no trace in `history` were taken again. */
  retaken(partition: number, records: number, written: number): void;
  /** The snapshots of a partition were not what its history says; all were made again from it. */
  rebuilt(partition: number, sessions: number, why: string): void;
  /** A session waits, and no consumer has anything left to read that could end its wait. */
  stranded(session: string, waitsFor: string): void;
}

/** Observes nothing. */
export const SILENT: Observer = {
  handled: () => {},
  failed: () => {},
  parked: () => {},
  deadLettered: () => {},
  committed: () => {},
  retaken: () => {},
  rebuilt: () => {},
  stranded: () => {},
};
