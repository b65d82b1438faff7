/**
 * A producer whose commit failed is stuck (kafkajs issue 1275); the log never uses one again.
 */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaClient } from "../../../infra/kafka/client.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import { failure, readAll, record, textOf } from "../../contract/log-contract.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

const prefix = `stuck${randomUUID().slice(0, 8)}.`;

test("kafkajs's own producer takes no transaction after a commit that failed", async () => {
  const settings = { brokers: await kafkaBrokers(), prefix, partitions: 1 };
  const log = createKafkaLog(settings, systemClock);
  await log.ensureTopics();
  const [one, other] = [0, 1].map(() =>
    createKafkaClient(settings, "quick").producer({
      transactionalId: `${prefix}plain`,
      idempotent: true,
      maxInFlightRequests: 1,
    }),
  );
  await one?.connect();
  const transaction = await one?.transaction();
  await transaction?.send({ topic: `${prefix}history`, messages: [{ key: "k", value: "lost" }] });
  await other?.connect();
  await (await other?.transaction())?.abort();
  await expect(transaction?.commit()).rejects.toThrow();
  await expect(one?.transaction()).rejects.toThrow('in state "COMMITTING"');
  await one?.disconnect();
  await other?.disconnect();
  await log.close();
});

test("after a failed commit of ours the same process writes again, each record once", async () => {
  const settings = { brokers: await kafkaBrokers(), prefix, partitions: 1 };
  const [mine, rival] = [0, 1].map(() => createKafkaLog(settings, systemClock));
  if (mine === undefined || rival === undefined) throw new Error("no log");
  const topicPartition = { topic: "sessions", partition: 0 };
  const first = await mine.transactor("writers", topicPartition);
  await first.commit([record("s1", "before", "history")], 1);
  const taken = await rival.transactor("writers", topicPartition);
  for (let tries = 0; tries < 2; tries += 1) {
    expect((await failure(first.commit([record("s1", "never", "history")], 2))).code).toBe(
      "fenced",
    );
  }
  await first.close();
  await taken.close();
  const again = await mine.transactor("writers", topicPartition);
  expect(again.next).toBe(1);
  await again.commit([record("s1", "after", "history")], 2);
  await again.close();
  expect((await readAll(mine, { topic: "history" })).map(textOf)).toEqual(["before", "after"]);
  await mine.close();
  await rival.close();
});
