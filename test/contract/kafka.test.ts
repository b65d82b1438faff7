/**
 * The contracts of the log on a real Kafka.
 */
import { randomUUID } from "node:crypto";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/kafka/log.ts";
import { kafkaBrokers } from "../support/servers/servers.ts";
import { logContract, type LogUnderTest } from "./log-contract.ts";
import { transactorContract } from "./transactor-contract.ts";

async function kafka(): Promise<LogUnderTest> {
  const brokers = await kafkaBrokers();
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  return {
    open: async () =>
      createKafkaLog({ brokers, prefix, partitions: 4, sessionTimeoutMs: 6_000 }, systemClock),
    shared: true,
    remove: async () => {},
  };
}

logContract("Kafka", kafka);
transactorContract("Kafka", kafka);
