/**
 * One log made of several, each with the partitions p ≡ its number modulo their count.
 *
 * I1. A session's records are all on places of one partition number, hence in one shard: its order,
 *     its transactions and its durability are those of the shard.
 * I2. What a transaction writes outside its own shard (a dead letter of a misplaced record) is made
 *     durable first: it may be written twice, never lost.
 * I3. Only own shards are consumed; others are read and appended to as by another process.
 */
import type {
  ConsumeOptions,
  Consumption,
  EventLog,
  LogRecord,
  OutgoingRecord,
  Place,
  ReadOptions,
  RecordSink,
  Transactor,
} from "../session/ports.ts";
import { merged } from "./merged.ts";
import { partitionsOf, placeFor } from "./record-table.ts";

/** The composed log; `close` closes all. */
export function createShardedLog(
  logs: readonly EventLog[],
  own: (shard: number) => boolean = () => true,
): EventLog {
  const first = logs[0] as EventLog;
  const { partitions } = first;
  const shardOf = (partition: number): number => partition % logs.length;
  const logOf = (partition: number): EventLog => logs[shardOf(partition)] as EventLog;
  const placed: Placed = {
    logOf,
    shardOf: (record) => shardOf(placeFor(record, partitions).partition),
  };
  return {
    partitions,
    partitionOf: (key) => first.partitionOf(key),
    ensureTopics: async () => {
      for (const [shard, log] of logs.entries()) if (own(shard)) await log.ensureTopics();
    },
    describe: async () => {
      const all = await Promise.all(logs.map((log) => log.describe()));
      return (all[0] ?? []).map((topic, index) => ({
        ...topic,
        ranges: topic.ranges.map(
          (range, partition) => all[shardOf(partition)]?.[index]?.ranges[partition] ?? range,
        ),
      }));
    },
    append: (records) => append(placed, logs, records),
    flush: async () => void (await Promise.all(logs.map((log) => log.flush()))),
    consume: (options, sink) =>
      consume(
        logs.filter((_, shard) => own(shard)),
        options,
        sink,
        logOf,
      ),
    transactor: async (group, place) =>
      transactorOf(await logOf(place.partition).transactor(group, place), { placed, place }),
    read: (options) => read(logs, options, { partitions, logOf }),
    lag: async (group, topic) => {
      const all = await Promise.all(logs.map((log) => log.lag(group, topic)));
      return (all[0] ?? []).map((row) => {
        const found = all[shardOf(row.partition)]?.find((one) => one.partition === row.partition);
        return found ?? row;
      });
    },
    listUnstable: async () => (await Promise.all(logs.map((log) => log.listUnstable()))).flat(),
    close: async () => {
      for (const log of logs) await log.close();
    },
  };
}

interface Placed {
  logOf(partition: number): EventLog;
  shardOf(record: OutgoingRecord): number;
}

async function append(
  placed: Placed,
  logs: readonly EventLog[],
  records: readonly OutgoingRecord[],
): Promise<void> {
  const first = records[0];
  if (first === undefined) return;
  const shards = new Map<number, OutgoingRecord[]>();
  for (const record of records) {
    const shard = placed.shardOf(record);
    const mine = shards.get(shard);
    if (mine === undefined) shards.set(shard, [record]);
    else mine.push(record);
  }
  for (const [shard, mine] of shards) await (logs[shard] as EventLog).append(mine);
}

function transactorOf(
  inner: Transactor,
  { placed, place }: { readonly placed: Placed; readonly place: Place },
): Transactor {
  const own = placed.logOf(place.partition);
  const isOwn = (record: OutgoingRecord): boolean => placed.logOf(placed.shardOf(record)) === own;
  return {
    next: inner.next,
    commit: async (records, offset) => {
      const foreign = records.filter((record) => !isOwn(record));
      if (foreign.length === 0) return inner.commit(records, offset);
      for (const record of foreign) {
        const log = placed.logOf(placed.shardOf(record));
        await log.append([record]);
        await log.flush();
      }
      const offsets = [...(await inner.commit(records.filter(isOwn), offset))];
      return records.map((record) => (isOwn(record) ? (offsets.shift() ?? -1) : -1));
    },
    close: () => inner.close(),
  };
}

async function consume(
  logs: readonly EventLog[],
  options: ConsumeOptions,
  sink: RecordSink,
  logOf: (partition: number) => EventLog,
): Promise<Consumption> {
  const running = new Map<EventLog, Consumption>();
  try {
    for (const log of logs) running.set(log, await log.consume(options, sink));
  } catch (error) {
    for (const consumption of running.values()) await consumption.stop();
    throw error;
  }
  const all = [...running.values()];
  const of = (place: Place): Consumption => running.get(logOf(place.partition)) as Consumption;
  const ended = Promise.race(all.map((consumption) => consumption.ended));
  ended.catch(() => {});
  return {
    pause: (place) => of(place).pause(place),
    resume: (place) => of(place).resume(place),
    commit: (place, offset) => of(place).commit(place, offset),
    stop: async () => void (await Promise.all(all.map((consumption) => consumption.stop()))),
    ended,
  };
}

function read(
  logs: readonly EventLog[],
  options: ReadOptions,
  at: { readonly partitions: number; readonly logOf: (partition: number) => EventLog },
): AsyncIterable<LogRecord> {
  const count = partitionsOf(options.topic, at.partitions);
  const keyed =
    options.key === undefined || count === 1 ? undefined : logs[0]?.partitionOf(options.key);
  const only = options.partition ?? keyed ?? (count === 1 ? 0 : undefined);
  if (only !== undefined) return at.logOf(only).read(options);
  const parts = logs.map((log) => log.read(options));
  return options.follow === true ? merged(parts) : oneByOne(parts);
}

async function* oneByOne(
  parts: readonly AsyncIterable<LogRecord>[],
): AsyncGenerator<LogRecord, void, undefined> {
  for (const part of parts) yield* part;
}
