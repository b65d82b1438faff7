/**
 * The meaning of an embedded log (topics, groups, transactors, reads) over a record table.
 *
 * Owns: order, delivery, fencing. Does not own: bytes on disk (`RecordTable`).
 *
 * I1. One process consumes; in it each group has one member, which owns every place.
 * I2. A transactor of an older epoch cannot write.
 */
import { MmmError } from "../schemas/errors.ts";
import { presentSchemas } from "../schemas/codec.ts";
import { TOPIC_ROWS, TOPICS } from "../schemas/topics.ts";
import type {
  Clock,
  EventLog,
  GroupLag,
  OutgoingRecord,
  Place,
  TopicState,
  Transactor,
} from "../session/ports.ts";
import { type LocalConsumption, startConsumption } from "./local-consumption.ts";
import { readLocal } from "./local-read.ts";
import { partitionFor } from "./partition.ts";
import { partitionsOf, placeFor, placeName, placesOf, type RecordTable } from "./record-table.ts";

const DAY_MS = 86_400_000;

interface LocalParts {
  readonly partitions: number;
  readonly clock: Clock;
  /** Partitions whose places are delivered here; all where it is left out. */
  readonly owns?: (partition: number) => boolean;
}

/** Appends records, with a further change in the same transaction. */
type Put = (records: readonly OutgoingRecord[], also?: () => void) => number[];

interface Running {
  readonly consumptions: Set<LocalConsumption>;
  fatal: unknown;
}

/** An `EventLog` on a table; `partitions` is the count of session-keyed topics. */
export function createLocalLog(table: RecordTable, parts: LocalParts): EventLog {
  const { partitions, clock } = parts;
  const running: Running = { consumptions: new Set(), fatal: null };
  const put: Put = (records, also) => appendAll({ table, parts, running }, records, also);

  table.onForeign(() => wake(running));
  table.onFatal((error) => {
    running.fatal = error;
    for (const consumption of running.consumptions) consumption.fail(error);
  });

  return {
    partitions,
    partitionOf: (key) => partitionFor(key, partitions),
    ensureTopics: async () => {
      await publishSchemas(table, put);
      const now = clock.now();
      table.write(() => {
        for (const row of TOPIC_ROWS) {
          if (row.keepDays !== null) table.prune(row.topic, now - row.keepDays * DAY_MS);
        }
      });
    },
    describe: async () => {
      await table.durable();
      return TOPIC_ROWS.map((row) => describeTopic(table, row.topic, partitions));
    },
    append: async (records) => void put(records),
    flush: () => table.durable(),
    consume: async (options, sink) => {
      for (const { group, topics } of running.consumptions) {
        if (group !== options.group || !topics.some((one) => options.topics.includes(one)))
          continue;
        throw new MmmError("conflict", `the group ${group} already runs in this process`);
      }
      table.claim();
      const { owns = () => true } = parts;
      const consumption = startConsumption({ table, clock, options, sink, partitions, owns });
      running.consumptions.add(consumption);
      const forget = (): void => void running.consumptions.delete(consumption);
      consumption.ended.then(forget, forget);
      return consumption;
    },
    transactor: async (group, place) => openTransactor({ table, put }, group, place),
    read: (options) => readLocal(table, options, partitions),
    lag: async (group, topic) => {
      table.refresh();
      return placesOf([topic], partitions).map((place) => lagOf(table, group, place, clock.now()));
    },
    // What a transaction writes here is there at once or never.
    listUnstable: async () => [],
    close: async () => {
      await Promise.all([...running.consumptions].map((consumption) => consumption.stop()));
      await table.close();
    },
  };
}

function wake(running: Running, names?: ReadonlySet<string>): void {
  for (const consumption of running.consumptions) consumption.wake(names);
}

function appendAll(
  { table, parts, running }: { table: RecordTable; parts: LocalParts; running: Running },
  records: readonly OutgoingRecord[],
  also: () => void = () => {},
): number[] {
  if (running.fatal !== null) throw running.fatal;
  const placed = records.map((record) => ({ record, place: placeFor(record, parts.partitions) }));
  const now = parts.clock.now();
  const offsets = table.write(() => {
    also();
    return placed.map(({ record, place }) => table.append(place, record, now));
  });
  wake(running, new Set(placed.map(({ place }) => placeName(place))));
  return offsets;
}

interface TransactorParts {
  readonly table: RecordTable;
  readonly put: Put;
}

function openTransactor(parts: TransactorParts, group: string, place: Place): Transactor {
  const { table, put } = parts;
  table.claim();
  const epoch = table.epoch(group, place) + 1;
  table.write(() => table.setEpoch(group, place, epoch));
  const next = table.committed(group, place) ?? 0;
  let open = true;
  return {
    next,
    commit: async (records, offset) => {
      if (!open || table.epoch(group, place) !== epoch) {
        throw new MmmError("fenced", `a newer owner writes for ${placeName(place)} of ${group}`);
      }
      const done = Math.max(offset, table.committed(group, place) ?? 0);
      return put(records, () => table.setCommitted(group, place, done));
    },
    close: async () => void (open = false),
  };
}

async function publishSchemas(table: RecordTable, put: Put): Promise<void> {
  const { topic } = TOPICS.schemas;
  await table.durable();
  const known = new Set<string>();
  for await (const record of readLocal(table, { topic }, 1)) known.add(record.key);
  const missing = presentSchemas().filter((schema) => !known.has(schema.fingerprint));
  put(
    missing.map(({ fingerprint, schemaJson, type }) => ({
      topic,
      key: fingerprint,
      value: Buffer.from(schemaJson, "utf8"),
      headers: { "content-type": "application/vnd.apache.avro+json", "mmm-type": type },
    })),
  );
}

function describeTopic(table: RecordTable, topic: string, partitions: number): TopicState {
  const count = partitionsOf(topic, partitions);
  const ranges = placesOf([topic], partitions).map((place) => table.durableBounds(place));
  return { topic, partitions: count, ranges };
}

function lagOf(table: RecordTable, group: string, place: Place, now: number): GroupLag {
  const { low, high } = table.bounds(place);
  const committed = Math.max(low, table.committed(group, place) ?? 0);
  const oldest = table.range(place, committed, 1)[0];
  const oldestMs = oldest === undefined ? null : Math.max(0, now - oldest.timestamp);
  return { ...place, committed, high, oldestMs };
}
