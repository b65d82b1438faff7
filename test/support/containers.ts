/**
 * The same servers in containers, where Docker can be reached.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { GenericContainer, Wait } from "testcontainers";
import { freePorts, KAFKA_VERSION } from "./kafka-server.ts";

const run = promisify(execFile);

export interface Container {
  readonly address: string;
  stop(): Promise<void>;
}

/** True when a Docker daemon answers. */
export async function hasDocker(): Promise<boolean> {
  return run("docker", ["info"], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** One Kafka node; its address is host:port. */
export async function kafkaContainer(): Promise<Container> {
  const [port] = (await freePorts(1)) as [number];
  const container = await new GenericContainer(`apache/kafka:${KAFKA_VERSION}`)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: "1",
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_LISTENERS: "PLAINTEXT://:9092,CONTROLLER://:9093",
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
      KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  const stop = async (): Promise<void> => void (await container.stop());
  return { address: `${container.getHost()}:${port}`, stop };
}

/** One Redis; its address is a URL. */
export async function redisContainer(): Promise<Container> {
  const container = await new GenericContainer("redis:8-alpine")
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  const stop = async (): Promise<void> => void (await container.stop());
  return { address: `redis://${container.getHost()}:${container.getMappedPort(6379)}`, stop };
}
