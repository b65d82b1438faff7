/**
 * A worker that is frozen for longer than its session lasts, and then wakes up believing that it still
 * owns its partitions; and a cluster that is away for longer than a client is patient.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import { collector, readAll, record, textOf, until } from "../../contract/log-contract.ts";
import { startKafka } from "../../support/servers/kafka-server.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

const SCRIPT = join(import.meta.dirname, "../../support/servers/kafka-member.ts");
const PARTITIONS = 2;

describe("a frozen worker", () => {
  test("is fenced when it wakes: nothing of its own appears after the new owner's first record", async () => {
    const prefix = `z${randomUUID().slice(0, 8)}.`;
    const brokers = await kafkaBrokers();
    const settings = { brokers, prefix, partitions: PARTITIONS, sessionTimeoutMs: 6_000 };
    const log = createKafkaLog(settings, systemClock);
    await log.ensureTopics();
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify(settings)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const count = (word: string): number =>
      said.split("\n").filter((line) => line.startsWith(word)).length;
    try {
      await until(() => count("committed") > 4 * PARTITIONS);
      child.kill("SIGSTOP");
      const owned: number[] = [];
      const consumption = await log.consume(
        { group: "writers", topics: ["sessions"], transactional: true },
        {
          ...collector(),
          assigned: async (topicPartition) => {
            const transactor = await log.transactor("writers", topicPartition);
            const out = {
              ...record("s1", "owner", "history"),
              partition: topicPartition.partition,
            };
            await transactor.commit([out], 1);
            owned.push(topicPartition.partition);
          },
        },
      );
      await until(() => owned.length === PARTITIONS);
      const before = count("committed");
      child.kill("SIGCONT");
      await until(() => count("fenced") + count("revoked") >= PARTITIONS);
      await sleep(1_000);
      expect(count("fenced")).toBeGreaterThan(0);
      expect(count("committed")).toBe(before);
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const history = (await readAll(log, { topic: "history", partition })).map(textOf);
        expect(history.indexOf("owner")).toBe(history.length - 1);
        expect(history.length).toBeGreaterThan(1);
      }
      child.kill("SIGKILL");
      await consumption.stop();
    } finally {
      child.kill("SIGKILL");
      await log.close();
    }
  }, 90_000);
});

describe("a cluster that is away for longer than its clients are patient", () => {
  test("is used again by consumers, producers and readers when it is back", async () => {
    const server = await startKafka(1);
    const prefix = `a${randomUUID().slice(0, 8)}.`;
    const settings = { brokers: server.brokers, prefix, partitions: 2, sessionTimeoutMs: 6_000 };
    const log = createKafkaLog(settings, systemClock);
    try {
      await log.ensureTopics();
      const sink = collector();
      const consumption = await log.consume({ group: "g", topics: ["proposals"] }, sink);
      await log.append([record("s1", "before")]);
      await until(() => sink.seen.length === 1);
      await consumption.commit({ topic: "proposals", partition: log.partitionOf("s1") }, 1);
      await server.kill(0);
      const tried = await log.append([record("s1", "lost")]).catch((error: unknown) => error);
      expect(tried).toMatchObject({ code: "log_unavailable" });
      await sleep(15_000);
      await server.start(0);
      await until(() =>
        log.append([record("s1", "after")]).then(
          () => true,
          () => false,
        ),
      );
      await until(() => sink.seen.some((one) => textOf(one) === "after"));
      expect(sink.seen.map(textOf).filter((text) => text !== "after")).toEqual(["before"]);
      await consumption.stop();
      await expect(consumption.ended).resolves.toBeUndefined();
    } finally {
      await log.close();
      await server.stop();
    }
  }, 120_000);
});
