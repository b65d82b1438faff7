/**
 * Reading an embedded log without a group: only durable records, in order, up to the end that was
 * there at the start or for as long as the reader follows.
 */
import { MmmError } from "../../schemas/errors.ts";
import type { LogRecord, TopicPartition, ReadOptions } from "../../session/ports.ts";
import { computePartition } from "../partition.ts";
import { countPartitions, listTopicPartitions, type RecordTable } from "./record-table.ts";

const PAGE = 256;

interface Cursor {
  readonly topicPartition: TopicPartition;
  at: number;
}

/** Records of `options`; those of several partitions come partition by partition. */
export async function* readLocal(
  table: RecordTable,
  options: ReadOptions,
  partitions: number,
): AsyncGenerator<LogRecord, void, undefined> {
  const cursors = createCursors(options, partitions);
  await table.durable();
  for (const cursor of cursors) {
    const end = table.durableBounds(cursor.topicPartition).high;
    yield* readUpTo(table, cursor, options, end);
  }
  while (options.follow === true && options.signal?.aborted !== true) {
    const found: LogRecord[] = [];
    for (const cursor of cursors) found.push(...readNextPage(table, cursor, options));
    if (found.length === 0) await table.changed(options.signal);
    yield* found;
  }
}

function createCursors(options: ReadOptions, partitions: number): Cursor[] {
  const count = countPartitions(options.topic, partitions);
  const keyed = options.key === undefined ? undefined : computePartition(options.key, count);
  const only = options.partition ?? keyed;
  if (options.from !== undefined && only === undefined) {
    throw new MmmError("internal", "an offset to read from needs a partition");
  }
  return listTopicPartitions([options.topic], partitions)
    .filter((topicPartition) => only === undefined || topicPartition.partition === only)
    .map((topicPartition) => ({ topicPartition, at: options.from ?? 0 }));
}

function* readUpTo(
  table: RecordTable,
  cursor: Cursor,
  options: ReadOptions,
  end: number,
): Generator<LogRecord, void, undefined> {
  while (options.signal?.aborted !== true) {
    const records = readNextPage(table, cursor, options).filter((record) => record.offset < end);
    yield* records;
    if (records.length === 0) {
      cursor.at = Math.min(cursor.at, Math.max(end, options.from ?? 0));
      return;
    }
  }
}

function readNextPage(table: RecordTable, cursor: Cursor, options: ReadOptions): LogRecord[] {
  const more = options.key === undefined ? {} : { key: options.key };
  const records = table.durableRange(cursor.topicPartition, cursor.at, { max: PAGE, ...more });
  const last = records.at(-1);
  if (last !== undefined) cursor.at = last.offset + 1;
  return records;
}
