/**
 * `npm run bench:kafka`: what one unloaded hop and one coordinator transaction cost on Kafka.
 *
 * A hop is produce → consumer's handler → produce → visible to a reader. A transaction has the shape
 * of the coordinator's: two history records, one command and the inbox offset. Uses KAFKA_BROKERS
 * where it is set, else a broker of its own on this machine.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../infra/clock.ts";
import { createKafkaLog } from "../infra/kafka/log.ts";
import type { EventLog, OutgoingRecord } from "../session/ports.ts";
import { startKafka } from "../test/support/servers/kafka-server.ts";

const HOPS = 500;
const TRANSACTIONS = 500;
const WARM_UP = 50;
/** Between two hops, so that each meets an idle system. */
const PAUSE_MS = 5;

function record(topic: string, text: string): OutgoingRecord {
  return { topic, key: "s1", value: Buffer.alloc(600, text), headers: { ce_id: randomUUID() } };
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

function print(name: string, values: readonly number[], limits: string): void {
  const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
  console.log(
    `${name}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, n ${values.length} (${limits})`,
  );
}

async function benchHops(log: EventLog): Promise<number[]> {
  let arrived: () => void = () => {};
  const sink = {
    assigned: async () => {},
    revoked: async () => {},
    deliver: async () => {},
  };
  const first = await log.consume(
    { group: "hop", topics: ["proposals"] },
    {
      ...sink,
      deliver: async (_topicPartition, records) => {
        for (const one of records) await log.append([record("ds-outputs", one.key)]);
      },
    },
  );
  const second = await log.consume(
    { group: "end", topics: ["ds-outputs"] },
    {
      ...sink,
      deliver: async (_topicPartition, records) => {
        for (const _ of records) arrived();
      },
    },
  );
  const times: number[] = [];
  for (let hop = 0; hop < HOPS + WARM_UP; hop += 1) {
    const done = new Promise<void>((resolve) => (arrived = resolve));
    const started = performance.now();
    await log.append([record("proposals", "x")]);
    await done;
    if (hop >= WARM_UP) times.push(performance.now() - started);
    await sleep(PAUSE_MS);
  }
  await first.stop();
  await second.stop();
  return times;
}

async function benchTransactions(log: EventLog): Promise<number[]> {
  const topicPartition = { topic: "sessions", partition: log.partitionOf("s1") };
  const transactor = await log.transactor("coordinator", topicPartition);
  const times: number[] = [];
  for (let at = 0; at < TRANSACTIONS + WARM_UP; at += 1) {
    const started = performance.now();
    const history = { ...record("history", "h"), partition: topicPartition.partition };
    await transactor.commit([history, history, record("proposals", "c")], at + 1);
    if (at >= WARM_UP) times.push(performance.now() - started);
    await sleep(PAUSE_MS);
  }
  await transactor.close();
  return times;
}

const given = process.env["KAFKA_BROKERS"];
const server = given === undefined ? await startKafka(1) : null;
const brokers = given?.split(",") ?? server?.brokers ?? [];
const log = createKafkaLog({ brokers, prefix: `bench-${randomUUID().slice(0, 8)}.` }, systemClock);
try {
  await log.ensureTopics();
  print("hop", await benchHops(log), "limits: p50 8 ms, p99 30 ms");
  print("transaction", await benchTransactions(log), "limit: p50 10 ms");
} finally {
  await log.close();
  await server?.stop();
}
