/**
 * Exactly-once stream on one broker: 512-byte records in, one record out each, offsets in the same
 * transaction; ours by the coordinator's port (transactor per partition), against Kafka Streams
 * `exactly_once_v2` on the same topics.
 *
 * `node bench/loop/exactly-once.ts [--records 200000] [--rounds 5]`
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { randomBytes, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/kafka/log.ts";
import type { LogRecord, OutgoingRecord, TopicPartition, Transactor } from "../../session/ports.ts";
import { startKafka } from "../../test/support/servers/kafka-server.ts";
import { median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "200000" },
    rounds: { type: "string", default: "5" },
    streams: { type: "string", default: "4.3.0" },
  },
});

const RECORDS = Number(values.records);
const PARTITIONS = 4;
const run = promisify(execFile);

/** Kafka Streams' jars, fetched once by Maven. */
async function streamsJars(): Promise<string> {
  const work = join(tmpdir(), `mmm-streams-${values.streams}`);
  const libs = join(work, "libs");
  if (existsSync(libs)) return libs;
  mkdirSync(work, { recursive: true });
  const dependency = (group: string, name: string, version: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  writeFileSync(
    join(work, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
    <groupId>mmm</groupId><artifactId>streams</artifactId><version>1</version><packaging>pom</packaging>
    <dependencies>${dependency("org.apache.kafka", "kafka-streams", values.streams)}${dependency("org.slf4j", "slf4j-nop", "1.7.36")}</dependencies></project>`,
  );
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=libs"];
  await run("mvn", ["-B", "-q", ...goal], { cwd: work, timeout: 300_000 });
  return libs;
}

async function fill(brokers: readonly string[], prefix: string) {
  const log = createKafkaLog(
    { brokers, prefix, partitions: PARTITIONS, replicationFactor: 1 },
    systemClock,
  );
  await log.ensureTopics();
  const value = randomBytes(512);
  for (let sent = 0; sent < RECORDS; sent += 2_000) {
    const batch: OutgoingRecord[] = Array.from({ length: 2_000 }, (_, index) => ({
      topic: "sessions",
      key: `s${sent + index}`,
      value,
      headers: {},
    }));
    await log.append(batch);
  }
  await log.flush();
  return log;
}

/** Records per second from the first delivery to the last commit. */
async function ours(brokers: readonly string[]): Promise<number> {
  const log = await fill(brokers, `eo-${randomUUID().slice(0, 8)}.`);
  const transactors = new Map<number, Transactor>();
  const done = Promise.withResolvers<void>();
  let started = 0;
  let count = 0;
  const consumption = await log.consume(
    { group: "eo", topics: ["sessions"], transactional: true, deliverMax: 2_000 },
    {
      assigned: async (topicPartition) => {
        transactors.set(topicPartition.partition, await log.transactor("eo", topicPartition));
      },
      revoked: async (topicPartition) => transactors.get(topicPartition.partition)?.close(),
      deliver: async (topicPartition: TopicPartition, records: readonly LogRecord[]) => {
        if (started === 0) started = performance.now();
        const { partition } = topicPartition;
        const out = records.map(({ key, value, headers }) => ({
          topic: "history",
          partition,
          key,
          value,
          headers,
        }));
        const last = records.at(-1)?.offset ?? 0;
        await transactors.get(partition)?.commit(out, last + 1);
        count += records.length;
        if (count >= RECORDS) done.resolve();
      },
    },
  );
  await done.promise;
  const seconds = (performance.now() - started) / 1000;
  await consumption.stop();
  await log.close();
  return RECORDS / seconds;
}

async function streams(brokers: readonly string[], libs: string): Promise<number> {
  const prefix = `eo-${randomUUID().slice(0, 8)}.`;
  const log = await fill(brokers, prefix);
  const source = fileURLToPath(new URL("../peers/Streams.java", import.meta.url));
  const args = [
    "-cp",
    `${libs}/*`,
    source,
    brokers.join(","),
    `${prefix}sessions`,
    `${prefix}history`,
    String(RECORDS),
  ];
  const { stdout } = await run("java", args, { timeout: 300_000 });
  await log.close();
  return Number(stdout.trim().split("\n").at(-1));
}

const kafka = process.env["KAFKA_BROKERS"] === undefined ? await startKafka() : null;
const brokers = process.env["KAFKA_BROKERS"]?.split(",") ?? kafka?.brokers ?? [];
try {
  const libs = await streamsJars();
  const rates = { ours: [] as number[], streams: [] as number[] };
  await ours(brokers);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    rates.ours.push(await ours(brokers));
    rates.streams.push(await streams(brokers, libs));
  }
  for (const [name, found] of Object.entries(rates)) {
    process.stdout.write(
      `exactly-once, ${name}: ${median(found).toFixed(0)} records/s (${spread(found, 0)})\n`,
    );
  }
} finally {
  await kafka?.stop();
}
