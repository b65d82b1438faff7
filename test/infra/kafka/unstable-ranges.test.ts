/**
 * A transaction that does not end, on a real broker: what it hides is told, and an entire read does
 * not end before it.
 */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { clientOf } from "../../../infra/kafka-client.ts";
import type { Producer } from "../../../infra/kafkajs-patches.ts";
import { createKafkaLog } from "../../../infra/log-kafka.ts";
import type { EventLog } from "../../../session/ports.ts";
import { failure, readAll, record, textOf } from "../../contract/log-contract.ts";
import { kafkaBrokers } from "../../support/servers.ts";

const PARTITION = 1;
let log: EventLog;
let prefix: string;
let brokers: string[];
let producer: Producer;

beforeEach(async () => {
  prefix = `u${randomUUID().slice(0, 8)}.`;
  brokers = await kafkaBrokers();
  log = createKafkaLog({ brokers, prefix, partitions: 2 }, systemClock);
  await log.ensureTopics();
  producer = clientOf({ brokers }, "quick").producer({ transactionalId: prefix, idempotent: true });
  await producer.connect();
});
afterEach(async () => {
  await producer.disconnect();
  await log.close();
});

const at = (text: string) => ({ ...record("s1", text, "history"), partition: PARTITION });
const history = { topic: "history", partition: PARTITION };

test("what an open transaction hides is told with its age and the commands that end it", async () => {
  await log.append([at("before")]);
  expect(await log.listUnstable()).toEqual([]);
  const open = await producer.transaction();
  const message = { key: "s1", value: "hidden", partition: PARTITION };
  await open.send({ topic: `${prefix}history`, messages: [message] });
  await log.append([at("behind")]);

  const [range, ...more] = await log.listUnstable();
  expect(more).toEqual([]);
  expect(range).toMatchObject({ topic: "history", partition: PARTITION, high: 1, end: 3 });
  expect(range?.oldestMs).toBeGreaterThanOrEqual(0);
  const place = `--topic ${prefix}history --partition ${PARTITION}`;
  expect(range?.remedy).toContain(`find-hanging ${place}`);
  expect(range?.remedy).toContain(`abort ${place} --start-offset 1`);

  expect((await readAll(log, history)).map(textOf)).toEqual(["before"]);
  const refused = await failure(readAll(log, { ...history, entire: true }));
  expect(refused).toMatchObject({ code: "log_unavailable", data: { high: 1, end: 3 } });
  expect(refused.message).toContain("history/1: offsets 1 to 2 cannot be read");
  expect(await readAll(log, { topic: "history", partition: 0, entire: true })).toEqual([]);

  await open.abort();
  const entire = await readAll(log, { ...history, entire: true });
  expect(entire.map(textOf)).toEqual(["before", "behind"]);
  expect(await log.listUnstable()).toEqual([]);
});
