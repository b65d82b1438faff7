import { spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createSqliteLog, LOG_SCHEMA } from "../../../infra/sqlite/log.ts";
import { SNAPSHOT_SCHEMA } from "../../../infra/sqlite/snapshots.ts";
import { openDatabase } from "../../../infra/sqlite/database.ts";
import { openSqliteState, type SqliteState } from "../../../infra/sqlite/state.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { collector, failure, readAll, record, textOf, until } from "../../contract/log-contract.ts";

const CONSUMER = { group: "readers", topics: ["proposals"] };
let folder: string;
let opened: SqliteState[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mmm-state-"));
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(more: { partitions?: number; mustExist?: boolean } = {}): SqliteState {
  const one = openSqliteState(folder, { clock: systemClock, ...more });
  opened.push(one);
  return one;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MmmError) return error.code;
    throw error;
  }
  return "none";
}

describe("a state folder", () => {
  test("lets one process consume and tells a second one which folder and what to do", async () => {
    const first = open();
    const consumption = await first.log.consume(CONSUMER, collector());
    const second = open();
    const error = await failure(second.log.consume(CONSUMER, collector()));
    expect(error.code).toBe("state_locked");
    expect(error.message).toContain(folder);
    expect(error.message).toContain("stop it");
    await failure(second.log.transactor("g", { topic: "sessions", partition: 0 }));
    await consumption.stop();
    await first.close();
    opened.shift();
    await (await second.log.consume(CONSUMER, collector())).stop();
  });

  test("takes records of others while it is consumed, and delivers them", async () => {
    const first = open();
    const sink = collector();
    const consumption = await first.log.consume(CONSUMER, sink);
    await first.log.append([record("s1", "own")]);
    await until(() => sink.seen.length === 1);
    const visitor = open();
    await visitor.log.append([record("s1", "foreign"), record("s3", "foreign on a new place")]);
    await visitor.log.flush();
    await until(() => sink.seen.length === 3);
    await first.log.append([record("s1", "own again")]);
    await until(() => sink.seen.length === 4);
    await consumption.stop();
    await first.log.flush();
    const found = await readAll(visitor.log, { topic: "proposals", key: "s1" });
    expect(found.map((one) => [one.offset, textOf(one)])).toEqual([
      [0, "own"],
      [1, "foreign"],
      [2, "own again"],
    ]);
  });

  test("tells a visitor how far another one's consumers are, whenever it asks", async () => {
    const visitor = open();
    const lag = async (): Promise<number> =>
      (await visitor.log.lag("readers", "proposals")).reduce(
        (sum, { high, committed }) => sum + high - committed,
        0,
      );
    expect(await lag()).toBe(0);
    const owner = open();
    const sink = collector();
    const consumption = await owner.log.consume(CONSUMER, sink);
    await owner.log.append([record("s1", "a"), record("s1", "b")]);
    await owner.log.flush();
    expect(await lag()).toBe(2);
    await until(() => sink.seen.length === 2);
    await consumption.commit({ topic: "proposals", partition: owner.log.partitionOf("s1") }, 2);
    await owner.log.flush();
    expect(await lag()).toBe(0);
    await consumption.stop();
  });

  test("gives each of two busy writers its turn, and no offset twice", async () => {
    const one = open();
    const two = open();
    const write = async (state: SqliteState, name: string): Promise<void> => {
      for (let at = 0; at < 200; at += 1) {
        await state.log.append([record("s1", `${name}${at}`)]);
        if (at % 10 === 0) await state.log.flush();
        if (at % 3 === 0) await sleep(0);
      }
      await state.log.flush();
    };
    await Promise.all([write(one, "a"), write(two, "b")]);
    const found = await readAll(one.log, { topic: "proposals", key: "s1" });
    expect(found.map((record_) => record_.offset)).toEqual(
      Array.from({ length: 400 }, (_, at) => at),
    );
  });

  test("shows nothing to others before it is durable, and its own consumers at once", async () => {
    const writer = open();
    const reader = open();
    await writer.log.append([record("s1", "a")]);
    const early = await reader.log.describe();
    expect(early.flatMap((topic) => topic.ranges).every((range) => range.high === 0)).toBe(true);
    await writer.log.flush();
    expect((await readAll(reader.log, { topic: "proposals" })).length).toBe(1);
  });

  test("remembers its partition count and refuses another one", async () => {
    await open({ partitions: 3 }).close();
    opened.pop();
    expect(open().log.partitions).toBe(3);
    expect(codeOf(() => open({ partitions: 4 }))).toBe("topics_mismatch");
  });

  test("is refused as not found where it must exist", () => {
    expect(codeOf(() => open({ mustExist: true }))).toBe("not_found");
  });

  test("of an older layout is refused, saying what to do, and is left as it is", () => {
    const file = join(folder, "state.sqlite");
    const older = new DatabaseSync(file);
    older.exec("CREATE TABLE records (place INTEGER); PRAGMA user_version=1");
    older.close();
    expect(codeOf(() => open())).toBe("schema_mismatch");
    expect(() => open()).toThrow(/layout 1.*give another folder/);
    const check = new DatabaseSync(file);
    expect(check.prepare("SELECT name FROM sqlite_schema").all().length).toBe(1);
    check.close();
  });

  test("finds an offset and a key among many batches, in any order of asking", async () => {
    const first = open({ partitions: 1 });
    for (let at = 0; at < 60; at += 1) {
      await first.log.append([record(`s${at % 3}`, `${at}`, "history")]);
      if (at % 4 === 0) await first.log.append([record("s1", `task ${at}`)]);
      await first.log.append([record("s1", `in ${at}`, "sessions")]);
      await first.log.flush();
    }
    const second = open();
    const page = async (from: number): Promise<number[]> =>
      (await readAll(second.log, { topic: "history", partition: 0, from })).map(
        (one) => one.offset,
      );
    for (const from of [59, 0, 31, 30, 60, 17]) {
      expect(await page(from)).toEqual(Array.from({ length: 60 - from }, (_, at) => from + at));
    }
    const ours = await readAll(second.log, { topic: "history", key: "s2" });
    expect(ours.map(textOf)).toEqual(Array.from({ length: 20 }, (_, at) => `${3 * at + 2}`));
    const tasks = await readAll(second.log, { topic: "proposals", partition: 0, from: 7 });
    expect(tasks.map(textOf)).toEqual(Array.from({ length: 8 }, (_, at) => `task ${28 + 4 * at}`));
  });

  test("that is no database is refused as damaged, naming the folder", () => {
    writeFileSync(join(folder, "state.sqlite"), "this is not a database, but text".repeat(100));
    expect(codeOf(() => open())).toBe("state_damaged");
  });

  test("with a page overwritten is refused as damaged when the page is read", async () => {
    const first = open({ partitions: 1 });
    const big = Buffer.alloc(2_000);
    await first.log.append(
      Array.from({ length: 200 }, () => ({ ...record("s1", "x"), value: big })),
    );
    await first.close();
    opened.pop();
    const file = openSync(join(folder, "state.sqlite"), "r+");
    for (let page = 12; page < 60; page += 1)
      writeSync(file, Buffer.alloc(64, 0xff), 0, 64, page * 4096);
    const second = open({ partitions: 1 });
    const error = await failure(readAll(second.log, { topic: "proposals" }));
    expect(error.code).toBe("state_damaged");
  });

  test("below a file cannot be written, and says so", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(codeOf(() => openSqliteState(join(file, "state"), { clock: systemClock }))).toBe(
      "output_unwritable",
    );
  });

  test("forgets records older than their topic is kept, never those of `history`", async () => {
    let now = 1_700_000_000_000;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const state = openSqliteState(folder, { clock });
    opened.push(state);
    await state.log.append([record("s1", "old"), record("s1", "old", "history")]);
    now += 15 * 86_400_000;
    await state.log.append([record("s1", "new")]);
    await state.log.ensureTopics();
    const left = await readAll(state.log, { topic: "proposals", key: "s1" });
    expect(left.map((one) => [one.offset, textOf(one)])).toEqual([[1, "new"]]);
    expect((await readAll(state.log, { topic: "history" })).length).toBe(1);
  });
});

describe("a full disk", () => {
  test("ends the consumption, refuses further work and loses only the open transaction", async () => {
    const database = openDatabase(folder, `${LOG_SCHEMA}; ${SNAPSHOT_SCHEMA}`);
    const log = createSqliteLog(database, { partitions: 1, clock: systemClock });
    await log.append([record("s1", "kept")]);
    await log.flush();
    const consumption = await log.consume(CONSUMER, collector());
    const pages = Number(database.writer.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.writer.exec(`PRAGMA max_page_count=${pages + 2}`);
    const big = { ...record("s1", "lost"), value: Buffer.alloc(100_000) };
    await log.append([record("s1", "also lost"), big]);
    expect((await failure(log.flush())).code).toBe("output_unwritable");
    await expect(consumption.ended).rejects.toThrow("cannot be written");
    await failure(log.append([record("s1", "late")]));
    await failure(log.flush());
    await log.close().catch(() => {});
    const again = open();
    expect((await readAll(again.log, { topic: "proposals" })).map(textOf)).toEqual(["kept"]);
  });

  test("that shows only at the commit is fatal as well", async () => {
    const database = openDatabase(folder, `${LOG_SCHEMA}; ${SNAPSHOT_SCHEMA}`);
    const log = createSqliteLog(database, { partitions: 1, clock: systemClock });
    await log.append([record("s1", "kept")]);
    await log.flush();
    const consumption = await log.consume(CONSUMER, collector());
    await log.append([record("s1", "lost")]);
    database.writer.exec("ROLLBACK");
    await failure(log.flush());
    await expect(consumption.ended).rejects.toThrow();
    await log.close().catch(() => {});
  });
});

describe("a killed writer", () => {
  test("leaves what was confirmed, without gaps, log, offsets and snapshots of one moment", async () => {
    let confirmed = -1;
    for (let kill = 0; kill < 8; kill += 1) {
      confirmed = Math.max(confirmed, await runAndKill(folder, 150 + kill * 23));
      const state = open();
      const inbox = await readAll(state.log, { topic: "sessions" });
      const history = await readAll(state.log, { topic: "history" });
      expect(inbox.map((one) => Number(textOf(one)))).toEqual(inbox.map((_, at) => at));
      expect(history.length).toBeGreaterThan(confirmed);
      const { partition } = inbox[0] ?? { partition: -1 };
      const lag = (await state.log.lag("coordinator", "sessions"))[partition];
      const stored = await state.snapshots.load("s1");
      expect(lag?.committed).toBe(history.length);
      expect([0, 1]).toContain(history.length - (stored?.seq ?? 0));
      await state.close();
      opened.pop();
    }
    console.log(`8 kills, ${confirmed + 1} confirmed records, 0 lost`);
    expect(confirmed).toBeGreaterThan(50);
    const check = new DatabaseSync(join(folder, "state.sqlite"));
    expect(check.prepare("PRAGMA integrity_check").get()?.["integrity_check"]).toBe("ok");
    check.close();
  });
});

/** The last number the child confirmed before it was killed. */
async function runAndKill(state: string, ms: number): Promise<number> {
  const script = join(import.meta.dirname, "../../support/sqlite-writer.ts");
  const child = spawn(process.execPath, [script, state], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await until(() => output.includes("\n"));
  await sleep(ms);
  child.kill("SIGKILL");
  await gone;
  return Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1));
}
