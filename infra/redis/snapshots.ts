/**
 * Snapshots in Redis, the read side and a fast restart, never the truth; and values, which nothing
 * else holds.
 *
 * Keys of one inbox partition share a hash tag, so that they live on one node of a cluster and one
 * script may touch them: `<prefix>{p3}:snap:<session>` (hash), `:sessions` (ids in order), `:unit:…`,
 * `:status:…` (ids), `:updated` (ids by time), `:ckpt` (hash). Values: `<prefix>memo:<key>`.
 *
 * I1. One script compares and writes: a snapshot replaces only an older one by (offset, seq). Both
 *     are compared as text of 20 digits, since Lua's numbers are doubles.
 * I2. Indexes and checkpoint change with the snapshot or not at all.
 * I3. Redis away is `snapshot_unavailable`, which is retriable; nothing is kept in memory instead.
 * I4. A session that an index names and whose snapshot is gone is `state_damaged`, never "not there".
 */
import { Redis, type RedisOptions } from "ioredis";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type {
  Checkpoint,
  SessionFilter,
  SessionSummary,
  Snapshot,
  StateStore,
} from "../../session/ports.ts";
import { computePartition } from "../partition.ts";
import { DEFAULT_PARTITIONS } from "../embedded/record-table.ts";
import { BATCH, findSessionIds, formatTag, readSummaries } from "./summaries.ts";
import { CLEAR, MEMO, SAVE } from "./snapshot-scripts.ts";
import {
  createCheckpointConflict,
  createVanishedError,
  formatVersion,
  selectSummaries,
} from "../snapshot-order.ts";
import { parseSummary } from "../../session/summary.ts";

export interface RedisSettings {
  /** redis:// or rediss:// (TLS), with user and password where they are needed. */
  readonly url: string;
  /** "mmm:" by default. */
  readonly prefix?: string;
  /** That of the log; 12 by default. */
  readonly partitions?: number;
  /** Bound on one command; 5,000 by default. */
  readonly timeoutMs?: number;
}

type Script = (...values: (string | number)[]) => Promise<unknown>;
type Connection = Redis & Record<"mmmSave" | "mmmClear" | "mmmMemo", Script>;

/** A store on Redis; connects when it is first used and again whenever it must. */
export function createRedisSnapshots(settings: RedisSettings): StateStore {
  const partitions = settings.partitions ?? DEFAULT_PARTITIONS;
  const redis = connectRedis(settings);
  const run = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    withRedisErrors(settings, doing, work);

  async function findRedisSummaries(filter: SessionFilter): Promise<SessionSummary[]> {
    const parts = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const sessions = await findSessionIds(redis, formatTag(partition), filter);
        return readSummaries(redis, formatTag(partition), sessions);
      }),
    );
    return selectSummaries(parts.flat(), filter);
  }

  return {
    save: async (snapshots, checkpoint, onto) => {
      const batch = { snapshots, checkpoint, onto };
      const kept = await run("saving snapshots", () => saveAll(redis, batch));
      if (!kept) throw createCheckpointConflict();
    },
    load: (session) =>
      run("loading a snapshot", () =>
        loadOne(redis, computePartition(session, partitions), session),
      ),
    count: (partition) =>
      run("counting sessions", () => redis.zcard(`${formatTag(partition)}sessions`)),
    version: (session) => {
      const tag = formatTag(computePartition(session, partitions));
      return run("asking for a version", () => loadVersion(redis, `${tag}snap:${session}`));
    },
    loadPartition: (partition, statuses) =>
      run("loading a partition", () => loadByStatus(redis, partition, statuses)),
    checkpoint: (partition) =>
      run("loading a checkpoint", async () => {
        const row = await redis.hgetall(`${formatTag(partition)}ckpt`);
        if (row["offset"] === undefined) return null;
        return { partition, offset: Number(row["offset"]), historyOffset: Number(row["history"]) };
      }),
    list: (filter) => run("listing sessions", () => findRedisSummaries(filter)),
    get: (key) => run("reading a value", () => redis.get(`memo:${key}`)),
    putIfAbsent: (key, value, until) =>
      run("keeping a value", async () => {
        const end = until === undefined ? "" : Math.trunc(until);
        return String(await redis.mmmMemo(`memo:${key}`, value, end));
      }),
    // Redis does so by itself: every such value has its time with it.
    expire: () => Promise.resolve(),
    clear: (partition) =>
      run("clearing a partition", async () => {
        await redis.mmmClear(formatTag(partition));
      }),
    close: async () => redis.disconnect(),
  };
}

function connectRedis(settings: RedisSettings): Connection {
  const timeout = settings.timeoutMs ?? 5_000;
  const options = {
    protocol: 2 as const,
    keyPrefix: settings.prefix ?? "mmm:",
    lazyConnect: true,
    connectTimeout: timeout,
    commandTimeout: timeout,
    maxRetriesPerRequest: 1,
    retryStrategy: (tries: number) => Math.min(50 * tries, 1_000),
  } satisfies RedisOptions;
  const redis = new Redis(settings.url, options);
  // Without a listener a lost connection would end the process; commands reject by themselves.
  redis.on("error", () => {});
  redis.defineCommand("mmmSave", { numberOfKeys: 1, lua: SAVE });
  redis.defineCommand("mmmClear", { numberOfKeys: 1, lua: CLEAR });
  redis.defineCommand("mmmMemo", { numberOfKeys: 1, lua: MEMO });
  return redis as Connection;
}

async function withRedisErrors<T>(
  settings: RedisSettings,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MmmError) throw error;
    const where = new URL(settings.url).host;
    throw new MmmError(
      "snapshot_unavailable",
      `Redis at ${where} failed while ${doing}: ${describeError(error)}`,
      { cause: error, data: { redis: where } },
    );
  }
}

interface Batch {
  readonly snapshots: readonly Snapshot[];
  readonly checkpoint: Checkpoint;
  readonly onto: Checkpoint | null | undefined;
}

/** False when the store holds another checkpoint than the one to go on from. */
async function saveAll(redis: Connection, batch: Batch): Promise<boolean> {
  const { snapshots, checkpoint, onto } = batch;
  const { partition, offset, historyOffset } = checkpoint;
  const before = formatCheckpoint(onto);
  for (let at = 0; at < snapshots.length || at === 0; at += BATCH) {
    const part = snapshots.slice(at, at + BATCH);
    const last = at + BATCH >= snapshots.length;
    const mark = last ? [padDigits(offset), offset, historyOffset] : ["", "", ""];
    const cells = part.flatMap((one) => toRedisCells(one));
    const answer = await redis.mmmSave(formatTag(partition), ...mark, before, ...cells);
    if (answer === "MOVED") return false;
  }
  return true;
}

function formatCheckpoint(onto: Checkpoint | null | undefined): string {
  if (onto === undefined) return "any";
  return onto === null ? "none" : `${onto.offset}/${onto.historyOffset}`;
}

async function loadAll(
  redis: Redis,
  partition: number,
  sessions: readonly string[],
): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for (let at = 0; at < sessions.length; at += BATCH) {
    const pipeline = redis.pipeline();
    for (const session of sessions.slice(at, at + BATCH)) {
      pipeline.hgetall(`${formatTag(partition)}snap:${session}`);
    }
    for (const [error, row] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error;
      const snapshot = fromRedisRow(partition, row as Record<string, string>);
      if (snapshot !== null) found.push(snapshot);
    }
  }
  return found;
}

async function loadOne(redis: Redis, partition: number, session: string): Promise<Snapshot | null> {
  const known = await redis.zscore(`${formatTag(partition)}sessions`, session);
  const [found] = await loadAll(redis, partition, [session]);
  if (known !== null && found === undefined) throw createVanishedError([session]);
  return found ?? null;
}

async function loadByStatus(
  redis: Redis,
  partition: number,
  statuses?: readonly string[],
): Promise<Snapshot[]> {
  const indexes = statuses?.map((status) => `status:${status}`) ?? ["sessions"];
  const named = await Promise.all(
    indexes.map((index) => redis.zrange(`${formatTag(partition)}${index}`, "0", "-1")),
  );
  const sessions = named.flat().toSorted();
  const snapshots = await loadAll(redis, partition, sessions);
  if (snapshots.length === sessions.length) return snapshots;
  const held = new Set(snapshots.map(({ session }) => session));
  throw createVanishedError(sessions.filter((session) => !held.has(session)));
}

async function loadVersion(redis: Redis, key: string): Promise<string | null> {
  const [offset, seq, head] = await redis.hmget(key, "offset", "seq", "head");
  if (typeof head !== "string") return null;
  return formatVersion({ offset: Number(offset), seq: Number(seq), head });
}

/** Orders as text like the number does. */
function padDigits(value: number): string {
  return String(value).padStart(20, "0");
}

function toRedisCells(snapshot: Snapshot): (string | number)[] {
  const { session, offset, seq, head, state, summary } = snapshot;
  const { business_unit: unit, status, updated } = summary;
  const order = padDigits(offset) + padDigits(seq);
  return [
    session,
    order,
    offset,
    seq,
    head,
    state,
    JSON.stringify(summary),
    unit,
    status,
    Date.parse(updated),
  ];
}

function fromRedisRow(partition: number, row: Record<string, string>): Snapshot | null {
  const { session, head, state, summary } = row;
  if (session === undefined || head === undefined) return null;
  if (state === undefined || summary === undefined) return null;
  return {
    session,
    partition,
    offset: Number(row["offset"]),
    seq: Number(row["seq"]),
    head,
    state,
    summary: parseSummary(summary),
  };
}
