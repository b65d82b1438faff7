/**
 * What only a log of many processes has: members that come and go, zombies, aborted transactions.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaClient } from "../../../infra/kafka/client.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import type { EventLog } from "../../../session/ports.ts";
import { collector, failure, readAll, record, textOf, until } from "../../contract/log-contract.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

const GROUP = { group: "readers", topics: ["proposals"] };
let settings: { brokers: string[]; prefix: string; partitions: number; sessionTimeoutMs: number };
let opened: EventLog[];
let log: EventLog;

function open(more: object = {}): EventLog {
  const one = createKafkaLog({ ...settings, ...more }, systemClock);
  opened.push(one);
  return one;
}

beforeEach(async () => {
  const prefix = `k${randomUUID().slice(0, 8)}.`;
  settings = { brokers: await kafkaBrokers(), prefix, partitions: 6, sessionTimeoutMs: 6_000 };
  opened = [];
  log = open();
  await log.ensureTopics();
});
afterEach(async () => {
  for (const one of opened) await one.close();
});

const topicPartitions = (sink: { events: string[] }, word: string) =>
  sink.events.filter((event) => event.startsWith(word)).map((event) => event.split("/")[1]);

describe("a group with several members", () => {
  test("hands over only what must move, and revokes before it is another's turn to be assigned again", async () => {
    const one = collector();
    const first = await log.consume(GROUP, one);
    await until(() => topicPartitions(one, "assigned").length === 6);
    const two = collector();
    const other = open();
    const second = await other.consume(GROUP, two);
    await until(() => topicPartitions(two, "assigned").length === 3);
    await until(() => topicPartitions(one, "revoked").length === 3);
    expect(new Set(topicPartitions(one, "revoked"))).toEqual(
      new Set(topicPartitions(two, "assigned")),
    );
    await second.stop();
    await until(() => topicPartitions(one, "assigned").length === 9);
    expect(topicPartitions(one, "revoked").length).toBe(3);
    await first.stop();
    expect(topicPartitions(one, "revoked").length).toBe(9);
  });

  test("loses no record and keeps each key's order while members come and go", async () => {
    const keys = Array.from({ length: 30 }, (_, at) => `s${at}`);
    const seen = new Map<string, number[]>();
    const member = async () => {
      const own = open();
      const consumption = await own.consume(GROUP, {
        assigned: async () => {},
        revoked: async () => {},
        deliver: async (topicPartition, records) => {
          for (const one of records) {
            const of = seen.get(one.key) ?? [];
            seen.set(one.key, of);
            of.push(Number(textOf(one)));
          }
          const next = (records.at(-1)?.offset ?? 0) + 1;
          consumption.commit(topicPartition, next).catch(() => {});
        },
      });
      return consumption;
    };
    const members = [await member()];
    let sent = 0;
    const producing = (async () => {
      for (let at = 0; at < 60; at += 1) {
        await log.append(keys.map((key) => record(key, `${at}`)));
        sent += keys.length;
        await sleep(60);
      }
    })();
    members.push(await member());
    await sleep(1_500);
    members.push(await member());
    await sleep(1_000);
    await members.shift()?.stop();
    await sleep(500);
    members.push(await member());
    await producing;
    const distinct = () => [...seen.values()].reduce((sum, of) => sum + new Set(of).size, 0);
    await until(() => distinct() === sent);
    for (const one of members) await one.stop();
    let repeated = 0;
    for (const of of seen.values()) {
      const firsts = of.filter((value, at) => of.indexOf(value) === at);
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      repeated += of.length - firsts.length;
    }
    console.log(`${sent} records, 4 members, 0 lost, ${repeated} delivered twice`);
  });

  test("keeps its places while the work takes longer than the session timeout", async () => {
    const sink = collector();
    const consumption = await log.consume(GROUP, sink);
    await until(() => topicPartitions(sink, "assigned").length === 6);
    await log.append([record("s1", "think")]);
    await until(() => sink.seen.length === 1);
    await sleep(9_000);
    const at = { topic: "proposals", partition: log.partitionOf("s1") };
    await consumption.commit(at, 1);
    expect(topicPartitions(sink, "revoked")).toEqual([]);
    await consumption.stop();
  }, 40_000);

  test("does not take a commit from a member that lost the place", async () => {
    const one = collector();
    const first = await log.consume(GROUP, one);
    await until(() => topicPartitions(one, "assigned").length === 6);
    const second = await open().consume(GROUP, collector());
    await until(() => topicPartitions(one, "revoked").length === 3);
    const lost = Number(topicPartitions(one, "revoked")[0]);
    const error = await failure(first.commit({ topic: "proposals", partition: lost }, 5));
    expect(error.code).toBe("fenced");
    await first.stop();
    await second.stop();
  });
});

describe("aborted transactions", () => {
  test("of interleaved producers are seen by no reader and no member", async () => {
    const topic = `${settings.prefix}proposals`;
    const producers = await Promise.all(
      ["a", "b", "c"].map(async (name) => {
        const kafka = createKafkaClient(settings, "quick");
        const one = kafka.producer({
          transactionalId: `${settings.prefix}${name}`,
          idempotent: true,
        });
        await one.connect();
        return one;
      }),
    );
    const [a, b, c] = await Promise.all(producers.map((one) => one.transaction()));
    const send = async (transaction: typeof a, value: string) =>
      transaction?.send({ topic, messages: [{ key: "s1", value, partition: 0 }] });
    await send(a, "a-aborted");
    await send(b, "b-aborted");
    await send(c, "c1");
    await send(b, "b-aborted");
    await b?.abort();
    await send(c, "c2");
    await a?.abort();
    await c?.commit();
    const again = await producers[0]?.transaction();
    await send(again, "a-committed");
    await again?.commit();
    for (const one of producers) await one.disconnect();

    const expected = ["c1", "c2", "a-committed"];
    const read = await readAll(log, { topic: "proposals", partition: 0 });
    expect(read.map(textOf)).toEqual(expected);
    for (const { offset } of read) {
      const tail = await readAll(log, { topic: "proposals", partition: 0, from: offset });
      expect(tail.map(textOf)).toEqual(
        expected.slice(expected.indexOf(textOf(tail[0] ?? read[0]!))),
      );
    }
    const sink = collector();
    const consumption = await log.consume(GROUP, sink);
    await until(() => sink.seen.length >= 3);
    await consumption.stop();
    expect(sink.seen.map(textOf)).toEqual(expected);
  });

  test("left open by a dead owner are aborted when the next one takes over", async () => {
    const topicPartition = { topic: "sessions", partition: 0 };
    const kafka = createKafkaClient(settings, "quick");
    const dead = kafka.producer({
      transactionalId: `${settings.prefix}coordinator.sessions.0`,
      idempotent: true,
    });
    await dead.connect();
    const open_ = await dead.transaction();
    const topic = `${settings.prefix}history`;
    await open_.send({ topic, messages: [{ key: "s1", value: "half done", partition: 0 }] });
    const transactor = await log.transactor("coordinator", topicPartition);
    await transactor.commit([{ ...record("s1", "whole", "history"), partition: 0 }], 1);
    const history = await readAll(log, { topic: "history", partition: 0 });
    expect(history.map(textOf)).toEqual(["whole"]);
    await expect(open_.commit()).rejects.toThrow();
    await dead.disconnect();
    await transactor.close();
  });
});

describe("topics with another partition count", () => {
  test("are refused, naming both counts", async () => {
    const error = await failure(open({ partitions: 7 }).ensureTopics());
    expect(error.code).toBe("topics_mismatch");
    expect(error.message).toMatch(/6 .* 7/);
  });
});

describe("workers that start together on a fresh cluster", () => {
  test("make the topics once between them", async () => {
    const prefix = `${settings.prefix}together.`;
    const logs = [open({ prefix }), open({ prefix }), open({ prefix })];
    await Promise.all(logs.map((one) => one.ensureTopics()));
    const counts = (await log.describe()).map(({ topic, partitions }) => [topic, partitions]);
    for (const one of logs) {
      const states = await one.describe();
      expect(states.map(({ topic, partitions }) => [topic, partitions])).toEqual(counts);
    }
  });
});

describe("a cluster that cannot be reached", () => {
  test("does not keep a member from leaving", async () => {
    const away = open({ brokers: ["127.0.0.1:1"] });
    const consumption = await away.consume(GROUP, collector());
    await sleep(200);
    await consumption.stop();
    await expect(consumption.ended).resolves.toBeUndefined();
  });

  test("is a retriable error that names the brokers", async () => {
    const away = open({ brokers: ["127.0.0.1:1"] });
    const error = await failure(away.append([record("s1", "x")]));
    expect([error.code, error.retriable]).toEqual(["log_unavailable", true]);
    expect(error.message).toContain("127.0.0.1:1");
  });
});
