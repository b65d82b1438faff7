/**
 * Requests in hand, in order per business unit: the in-memory image of the topic `intake`.
 *
 * I1. `lowWater` is the offset below which nothing waits any more.
 */
import { decodeEvent } from "../../schemas/codec.ts";
import { MmmError } from "../../schemas/errors.ts";
import { readEnvelope } from "../../schemas/headers.ts";
import type { LogRecord } from "../../session/ports.ts";

export interface Waiting {
  readonly session: string;
  readonly business_unit: string;
  readonly requested_by: string;
  /** RFC 3339 of the request. */
  readonly since: string;
  readonly offset: number;
  readonly record: LogRecord;
  /** True when it is on the inbox but in no snapshot yet. */
  readonly admitted: boolean;
}

export interface Queue {
  /** Requests not dropped yet. */
  readonly size: number;
  readonly lowWater: number;
  /** Offset of the next record wanted. */
  readonly next: number;
  add(waiting: Waiting): void;
  /** A record that is no request. */
  passOver(offset: number): void;
  find(session: string): Waiting | null;
  /** Oldest request of a unit that was not admitted. */
  head(unit: string): Waiting | null;
  admit(session: string): void;
  drop(session: string): void;
  units(): Iterable<string>;
  queuedOf(unit: string): number;
  admitted(): readonly Waiting[];
  /** In order of request. */
  waiting(): readonly Waiting[];
  /** Those that may be in a snapshot by now. */
  suspects(): readonly string[];
}

export function createQueue(from: number): Queue {
  /** By session, in offset order (a Map keeps the order of insertion). */
  const rows = new Map<string, Waiting>();
  /** Sessions of a unit that were not admitted, in order. */
  const units = new Map<string, Set<string>>();
  const admitted = new Set<string>();
  let next = from;

  function removeFromQueue(row: Waiting): void {
    const queued = units.get(row.business_unit);
    queued?.delete(row.session);
    if (queued?.size === 0) units.delete(row.business_unit);
    admitted.delete(row.session);
  }
  function getFirst<T>(values: Iterable<T> | undefined): T | undefined {
    for (const value of values ?? []) return value;
    return undefined;
  }
  const heads = () => [...units.values()].flatMap((queued) => getFirst(queued) ?? []);

  return {
    get size() {
      return rows.size;
    },
    get lowWater() {
      return getFirst(rows.values())?.offset ?? next;
    },
    get next() {
      return next;
    },
    add(row) {
      next = row.offset + 1;
      if (rows.has(row.session)) return;
      rows.set(row.session, row);
      const queued = units.get(row.business_unit) ?? new Set();
      units.set(row.business_unit, queued.add(row.session));
    },
    passOver(offset) {
      next = offset + 1;
    },
    find: (session) => rows.get(session) ?? null,
    head: (unit) => rows.get(getFirst(units.get(unit)) ?? "") ?? null,
    admit(session) {
      const row = rows.get(session);
      if (row === undefined) return;
      removeFromQueue(row);
      admitted.add(session);
      rows.set(session, { ...row, admitted: true });
    },
    drop(session) {
      const row = rows.get(session);
      if (row === undefined) return;
      removeFromQueue(row);
      rows.delete(session);
    },
    units: () => units.keys(),
    queuedOf: (unit) => units.get(unit)?.size ?? 0,
    admitted: () => [...admitted].flatMap((session) => rows.get(session) ?? []),
    waiting: () => [...rows.values()].filter((row) => !row.admitted),
    suspects: () => [...heads(), ...admitted],
  };
}

/** The request of a record. Throws `record_undecodable` for anything else. */
export function parseWaiting(record: LogRecord): Waiting {
  const envelope = readEnvelope(record.headers);
  const event = decodeEvent(record.value);
  if (event.type !== "SessionRequested") {
    throw new MmmError("record_undecodable", `${event.type} has no place in the intake`);
  }
  return {
    session: envelope.session,
    business_unit: envelope.business_unit,
    requested_by: event.data.requested_by,
    since: envelope.time,
    offset: record.offset,
    record,
    admitted: false,
  };
}
