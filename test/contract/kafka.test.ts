/**
 * The contracts of the log on a real Kafka.
 */
import { randomUUID } from "node:crypto";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { startCuttingProxy } from "../support/cutting-proxy.ts";
import { freePorts, startKafka } from "../support/kafka-server.ts";
import { kafkaBrokers } from "../support/servers.ts";
import { logContract, type LogUnderTest } from "./log-contract.ts";
import { type LossyLog, transactorContract } from "./transactor-contract.ts";

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

/** A broker that clients know by the address of a proxy alone. */
async function lossyKafka(): Promise<LossyLog> {
  const [port] = (await freePorts(1)) as [number];
  const server = await startKafka(1, {
    properties: () => ({ "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}` }),
    format: [],
  });
  const proxy = await startCuttingProxy(port, Number(server.brokers[0]?.split(":")[1]));
  const settings = { brokers: [`127.0.0.1:${port}`], prefix: "lossy.", partitions: 4 };
  return {
    open: async () => createKafkaLog(settings, systemClock),
    shared: true,
    loseClaim: (group, { topic, partition }) =>
      proxy.cutNextCommit(`lossy.${group}.${topic}.${partition}`),
    get lost() {
      return proxy.cuts;
    },
    remove: async () => {
      await proxy.close();
      await server.stop();
    },
  };
}

logContract("Kafka", kafka);
transactorContract("Kafka", kafka, lossyKafka);
