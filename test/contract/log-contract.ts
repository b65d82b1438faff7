/**
 * What every `EventLog` promises, as one suite that all adapters run.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MmmError } from "../../schemas/errors.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import type {
  ConsumeOptions,
  EventLog,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
  RecordSink,
} from "../../session/ports.ts";

/** A log that a test may open several times: each `open` is another process as far as it shows. */
export interface LogUnderTest {
  open(): Promise<EventLog>;
  /** Only logs with several members a group: a second `open` may consume at the same time. */
  readonly shared: boolean;
  remove(): Promise<void>;
}

const WAIT_MS = 20_000;

export async function until(
  condition: () => boolean | Promise<boolean>,
  waitMs = WAIT_MS,
): Promise<void> {
  const end = Date.now() + waitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("waited in vain");
    await sleep(5);
  }
}

export function record(key: string, text: string, topic = "proposals"): OutgoingRecord {
  return { topic, key, value: Buffer.from(text), headers: { name: text } };
}

function textOf(one: LogRecord): string {
  return Buffer.from(one.value).toString();
}

interface Collector extends RecordSink {
  readonly seen: LogRecord[];
  readonly events: string[];
}

/** A sink that keeps what it is given. */
function collector(more: Partial<RecordSink> = {}): Collector {
  const seen: LogRecord[] = [];
  const events: string[] = [];
  return {
    seen,
    events,
    async assigned(topicPartition) {
      await more.assigned?.(topicPartition);
      events.push(`assigned ${topicPartition.topic}/${topicPartition.partition}`);
    },
    async revoked(topicPartition) {
      await more.revoked?.(topicPartition);
      events.push(`revoked ${topicPartition.topic}/${topicPartition.partition}`);
    },
    async deliver(topicPartition, records) {
      await more.deliver?.(topicPartition, records);
      seen.push(...records);
      events.push(`deliver ${topicPartition.topic}/${topicPartition.partition}`);
    },
  };
}

async function readAll(log: EventLog, options: Parameters<EventLog["read"]>[0]) {
  const found: LogRecord[] = [];
  for await (const one of log.read(options)) found.push(one);
  return found;
}

async function failure(work: Promise<unknown>): Promise<MmmError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MmmError);
  return error as MmmError;
}

/** Runs the suite; `create` gives a fresh, empty log. */
export function logContract(name: string, create: () => Promise<LogUnderTest>): void {
  describe(`the log on ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;
    let others: EventLog[];
    beforeEach(async () => {
      under = await create();
      log = await under.open();
      others = [];
      await log.ensureTopics();
    });
    afterEach(async () => {
      for (const one of [log, ...others]) await one.close();
      await under.remove();
    });
    async function another(): Promise<EventLog> {
      const one = await under.open();
      others.push(one);
      return one;
    }
    const consume = (sink: RecordSink, more: Partial<ConsumeOptions> = {}) =>
      log.consume({ group: "readers", topics: ["proposals"], ...more }, sink);

    test("has every topic of the table, and making them again changes nothing", async () => {
      const before = await log.describe();
      await log.ensureTopics();
      expect(await log.describe()).toEqual(before);
      expect(before.map((one) => one.topic).toSorted()).toEqual(
        TOPIC_ROWS.map((row) => row.topic).toSorted(),
      );
      expect(before.find((one) => one.topic === "schemas")?.partitions).toBe(1);
      expect(before.find((one) => one.topic === "history")?.partitions).toBe(log.partitions);
    });

    test("keeps every schema of the codec on the topic `schemas`, once", async () => {
      await log.ensureTopics();
      const schemas = await readAll(log, { topic: "schemas" });
      expect(schemas.length).toBeGreaterThan(30);
      expect(new Set(schemas.map((one) => one.key)).size).toBe(schemas.length);
      expect(JSON.parse(textOf(schemas[0] as LogRecord))).toHaveProperty("name");
    });

    test("gives records back with topic, key, value, headers, offsets from 0 on and a time", async () => {
      await log.append([record("s1", "a"), record("s1", "b")]);
      await log.flush();
      const found = await readAll(log, { topic: "proposals", key: "s1" });
      expect(found.map(textOf)).toEqual(["a", "b"]);
      expect(found[0]?.headers).toEqual({ name: "a" });
      expect(found[1]?.key).toBe("s1");
      expect(found[0]?.partition).toBe(log.partitionOf("s1"));
      expect((found[1]?.offset ?? 0) > (found[0]?.offset ?? 0)).toBe(true);
      expect(found[0]?.timestamp).toBeGreaterThan(1_500_000_000_000);
    });

    test("keeps the order of each key and puts a key always on its own partition", async () => {
      const keys = ["s1", "s2", "s3", "s4", "s5"];
      const sent = Array.from({ length: 200 }, (_, at) => record(keys[at % 5] ?? "", `${at}`));
      for (let at = 0; at < sent.length; at += 20) await log.append(sent.slice(at, at + 20));
      for (const [index, key] of keys.entries()) {
        const found = await readAll(log, { topic: "proposals", key });
        expect(found.map(textOf)).toEqual(
          Array.from({ length: 40 }, (_, turn) => `${turn * 5 + index}`),
        );
        expect(new Set(found.map((one) => one.partition)).size).toBe(1);
      }
    });

    test("takes a partition by number where one is given", async () => {
      const partition = (log.partitionOf("s1") + 1) % log.partitions;
      await log.append([{ ...record("s1", "x", "history"), partition }]);
      const found = await readAll(log, { topic: "history", partition });
      expect(found.map(textOf)).toEqual(["x"]);
    });

    test("refuses a topic or partition that does not exist, and writes nothing of the batch", async () => {
      const bad = { ...record("s1", "bad"), partition: log.partitions };
      await failure(log.append([record("s1", "good"), bad]));
      await failure(log.append([record("s1", "bad", "no-such-topic")]));
      expect(await readAll(log, { topic: "proposals" })).toEqual([]);
    });

    test("reads from an offset on, and stops at the end that was there at the start", async () => {
      const texts = Array.from({ length: 30 }, (_, at) => `${at}`);
      await log.append(texts.map((text) => record("s1", text)));
      const partition = log.partitionOf("s1");
      const first = await readAll(log, { topic: "proposals", partition });
      const from = first[20]?.offset ?? -1;
      const seen: string[] = [];
      for await (const one of log.read({ topic: "proposals", partition, from })) {
        if (seen.length === 0) await log.append([record("s1", "late")]);
        seen.push(textOf(one));
      }
      expect(seen).toEqual(texts.slice(20));
    });

    test("follows with new records until the signal", async () => {
      await log.append([record("s1", "old")]);
      const abort = new AbortController();
      const seen: string[] = [];
      const following = (async () => {
        const options = { topic: "proposals", key: "s1", follow: true, signal: abort.signal };
        for await (const one of log.read(options)) seen.push(textOf(one));
      })();
      await until(() => seen.length === 1);
      await log.append([record("s1", "new"), record("s1", "newer")]);
      await until(() => seen.length === 3);
      abort.abort();
      await following;
      expect(seen).toEqual(["old", "new", "newer"]);
    });

    test("delivers what was there before and what comes later, in order per key", async () => {
      await log.append([record("s1", "a1"), record("s2", "b1")]);
      const sink = collector();
      const consumption = await consume(sink);
      await until(() => sink.seen.length === 2);
      await log.append([record("s1", "a2"), record("s2", "b2"), record("s1", "a3")]);
      await until(() => sink.seen.length === 5);
      await consumption.stop();
      const of = (key: string) => sink.seen.filter((one) => one.key === key).map(textOf);
      expect([of("s1"), of("s2")]).toEqual([
        ["a1", "a2", "a3"],
        ["b1", "b2"],
      ]);
    });

    test("assigns a place before its first delivery and revokes every place at the end", async () => {
      await log.append([record("s1", "a")]);
      const sink = collector();
      const consumption = await consume(sink);
      await until(() => sink.seen.length === 1);
      await consumption.stop();
      const topicPartition = `proposals/${log.partitionOf("s1")}`;
      expect(sink.events.filter((event) => event.endsWith(topicPartition))).toEqual([
        `assigned ${topicPartition}`,
        `deliver ${topicPartition}`,
        `revoked ${topicPartition}`,
      ]);
      const count = (word: string) => sink.events.filter((event) => event.startsWith(word)).length;
      expect([count("assigned"), count("revoked")]).toEqual([log.partitions, log.partitions]);
      await log.append([record("s1", "b")]);
      await sleep(50);
      expect(sink.seen.length).toBe(1);
      await expect(consumption.ended).resolves.toBeUndefined();
    });

    test("never overlaps two deliveries of a place and keeps to `deliverMax`", async () => {
      let inside = 0;
      const sizes: number[] = [];
      const sink = collector({
        async deliver(_topicPartition, records) {
          inside += 1;
          expect(inside).toBe(1);
          sizes.push(records.length);
          await sleep(2);
          inside -= 1;
        },
      });
      await log.append(Array.from({ length: 23 }, (_, at) => record("s1", `${at}`)));
      const consumption = await consume(sink, { deliverMax: 5 });
      await until(() => sink.seen.length === 23);
      await consumption.stop();
      expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
      expect(sink.seen.map(textOf)).toEqual(Array.from({ length: 23 }, (_, at) => `${at}`));
    });

    test("holds a paused place back, loses nothing, and goes on when it is resumed", async () => {
      const topicPartition = { topic: "proposals", partition: log.partitionOf("s1") };
      const sink = collector();
      const consumption = await consume(sink, { deliverMax: 1 });
      await log.append([record("s1", "a")]);
      await until(() => sink.seen.length === 1);
      consumption.pause(topicPartition);
      await log.append([record("s1", "b"), record("s1", "c")]);
      await sleep(150);
      expect(sink.seen.length).toBeLessThanOrEqual(2);
      consumption.resume(topicPartition);
      await until(() => sink.seen.length === 3);
      await consumption.stop();
      expect(sink.seen.map(textOf)).toEqual(["a", "b", "c"]);
    });

    test("starts again at the committed offset, and a lower commit changes nothing", async () => {
      await log.append(["a", "b", "c"].map((text) => record("s1", text)));
      const topicPartition = { topic: "proposals", partition: log.partitionOf("s1") };
      const first = collector();
      const one = await consume(first);
      await until(() => first.seen.length === 3);
      const third = first.seen[2]?.offset ?? -1;
      await one.commit(topicPartition, third);
      await one.commit(topicPartition, first.seen[0]?.offset ?? -1);
      await one.stop();
      const second = collector();
      const two = await consume(second);
      await until(() => second.seen.length === 1);
      await two.stop();
      expect(second.seen.map(textOf)).toEqual(["c"]);
    });

    test("takes commits until `revoked` has resolved, and refuses them as fenced afterwards", async () => {
      const topicPartition = { topic: "proposals", partition: log.partitionOf("s1") };
      let last = -1;
      const sink = collector({
        revoked: async (revoked: TopicPartition) => {
          if (revoked.partition === topicPartition.partition)
            await consumption.commit(topicPartition, last + 1);
        },
      });
      const consumption = await consume(sink);
      await log.append([record("s1", "a")]);
      await until(() => sink.seen.length === 1);
      last = sink.seen[0]?.offset ?? -1;
      await consumption.stop();
      expect((await log.lag("readers", "proposals"))[topicPartition.partition]?.committed).toBe(
        last + 1,
      );
      expect((await failure(consumption.commit(topicPartition, last + 2))).code).toBe("fenced");
    });

    test("tries a refused assignment again", async () => {
      let refusals = 2;
      const sink = collector({
        assigned: async (topicPartition) => {
          if (topicPartition.partition !== log.partitionOf("s1") || refusals === 0) return;
          refusals -= 1;
          throw new MmmError("snapshot_unavailable", "not yet");
        },
      });
      await log.append([record("s1", "a")]);
      const consumption = await consume(sink);
      await until(() => sink.seen.length === 1);
      await consumption.stop();
      expect(refusals).toBe(0);
    });

    test("ends with the error when a sink fails", async () => {
      const sink = collector({
        deliver: async () => {
          throw new MmmError("internal", "the sink is broken");
        },
      });
      const consumption = await consume(sink);
      await log.append([record("s1", "a")]);
      await expect(consumption.ended).rejects.toThrow("the sink is broken");
      await consumption.stop();
    });

    test("tells lag and the age of the oldest record that is not done", async () => {
      await log.append(["a", "b", "c"].map((text) => record("s1", text)));
      const at = log.partitionOf("s1");
      const before = (await log.lag("readers", "proposals"))[at];
      expect((before?.high ?? 0) - (before?.committed ?? 0)).toBe(3);
      expect(before?.oldestMs).toBeGreaterThanOrEqual(0);
      const sink = collector();
      const consumption = await consume(sink);
      await until(() => sink.seen.length === 3);
      await consumption.commit({ topic: "proposals", partition: at }, before?.high ?? 0);
      await consumption.stop();
      const after = (await log.lag("readers", "proposals"))[at];
      expect([after?.committed, after?.oldestMs]).toEqual([before?.high, null]);
    });

    test("shows records to a second log on the same state after a flush", async () => {
      const other = under.shared ? await another() : log;
      await log.append([record("s1", "a")]);
      await log.flush();
      expect((await readAll(other, { topic: "proposals" })).map(textOf)).toEqual(["a"]);
    });
  });
}

export { collector, failure, readAll, textOf };
