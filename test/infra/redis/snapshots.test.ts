/**
 * Redis that is killed, emptied, or rolled back to an older dump.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { computePartition } from "../../../infra/partition.ts";
import { createRedisSnapshots } from "../../../infra/redis/snapshots.ts";
import type { Snapshot, StateStore } from "../../../session/ports.ts";
import { failure, until } from "../../contract/log-contract.ts";
import { summary } from "../../contract/snapshot-contract.ts";
import { type RedisServer, startRedis } from "../../support/servers/redis-server.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const PARTITIONS = 4;
const PARTITION = computePartition("s1", PARTITIONS);
let server: RedisServer;
let store: StateStore;

beforeEach(async () => {
  server = await startRedis();
  store = createRedisSnapshots({ url: server.url, partitions: PARTITIONS, timeoutMs: 1_000 });
});
afterEach(async () => {
  await store.close();
  await server.stop();
});

function snapshot(offset: number): Snapshot {
  const state = `{"at":${offset}}`;
  const base = { session: "s1", partition: PARTITION, offset, seq: offset, head: "", state };
  return { ...base, summary: summary("s1") };
}

const save = (offset: number) =>
  store.save([snapshot(offset)], { partition: PARTITION, offset, historyOffset: offset });

const cli = (...command: string[]) =>
  run("redis-cli", ["-p", new URL(server.url).port, ...command]).then(({ stdout }) =>
    stdout.trim(),
  );

describe("Redis", () => {
  test("that is killed is a retriable error naming where it was, and is used again when it is back", async () => {
    await save(1);
    await server.kill();
    const error = await failure(save(2));
    expect([error.code, error.retriable]).toEqual(["snapshot_unavailable", true]);
    expect(error.message).toContain(new URL(server.url).host);
    await failure(store.load("s1"));
    await server.start();
    await until(() =>
      save(3).then(
        () => true,
        () => false,
      ),
    );
    expect((await store.load("s1"))?.offset).toBe(3);
  });

  test("that was not there at the start is used when it comes", async () => {
    await server.kill();
    const late = createRedisSnapshots({ url: server.url, partitions: PARTITIONS, timeoutMs: 500 });
    await failure(late.load("s1"));
    await server.start();
    await until(() =>
      late.load("s1").then(
        (found) => found === null,
        () => false,
      ),
    );
    await late.close();
  });

  test("that was emptied knows nothing, its checkpoint included, and takes what is rebuilt", async () => {
    await save(5);
    await cli("FLUSHALL");
    expect(await store.load("s1")).toBeNull();
    expect(await store.checkpoint(PARTITION)).toBeNull();
    await save(5);
    expect((await store.load("s1"))?.offset).toBe(5);
  });

  test("that was rolled back to an older dump tells the older checkpoint with the older snapshot", async () => {
    await save(5);
    await cli("SAVE");
    copyFileSync(join(server.folder, "dump.rdb"), join(server.folder, "older.rdb"));
    await save(9);
    await server.kill();
    copyFileSync(join(server.folder, "older.rdb"), join(server.folder, "dump.rdb"));
    await server.start();
    await until(() =>
      store.load("s1").then(
        () => true,
        () => false,
      ),
    );
    expect((await store.load("s1"))?.offset).toBe(5);
    expect(await store.checkpoint(PARTITION)).toEqual({
      partition: PARTITION,
      offset: 5,
      historyOffset: 5,
    });
    await save(9);
    expect((await store.load("s1"))?.offset).toBe(9);
  });

  test("that lost a single snapshot says so, and knows how many sessions there are", async () => {
    await save(5);
    expect(await store.count(PARTITION)).toBe(1);
    await cli("DEL", `mmm:{p${PARTITION}}:snap:s1`);
    const gone = { code: "state_damaged", message: expect.stringContaining("noeviction") };
    await expect(store.load("s1")).rejects.toMatchObject(gone);
    await expect(store.loadPartition(PARTITION)).rejects.toMatchObject(gone);
    await expect(store.loadPartition(PARTITION, ["running"])).rejects.toMatchObject(gone);
    await store.clear(PARTITION);
    expect([await store.load("s1"), await store.count(PARTITION)]).toEqual([null, 0]);
  });

  test("keeps all keys of a partition under one hash tag, as a cluster needs", async () => {
    await save(5);
    await store.putIfAbsent("step", "result");
    const keys = (await cli("KEYS", "*")).split("\n").toSorted();
    expect(keys).toContain("mmm:memo:step");
    const tagged = keys.filter((key) => !key.startsWith("mmm:memo:"));
    expect(tagged.length).toBe(6);
    expect(tagged.every((key) => key.startsWith(`mmm:{p${PARTITION}}:`))).toBe(true);
  });

  test("loses nothing of a partition when it is cleared but what belongs to it", async () => {
    await save(5);
    await store.clear(PARTITION);
    expect(await cli("KEYS", "*")).toBe("");
  });
});
