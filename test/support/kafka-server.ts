/**
 * A real Kafka for tests: the jars of Apache Kafka from Maven Central, KRaft, on this machine.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Child, startChild } from "./child.ts";

const run = promisify(execFile);
/**
 * The version of all tests and of infra/compose.yaml. Not 4.3.0 or 4.3.1: stopped in good order, a
 * single broker of these ends transactions without their markers (KAFKA-20734).
 */
export const KAFKA_VERSION = "4.2.0";
/** A start takes some seconds of processor time, which a busy machine has to spare much later. */
const START_MS_MAX = Number(process.env["MMM_KAFKA_START_S"] ?? 240) * 1_000;
const CACHE = join(import.meta.dirname, `../../node_modules/.cache/mmm-kafka-${KAFKA_VERSION}`);

export interface KafkaServer {
  readonly brokers: readonly string[];
  /** SIGKILL, or a clean stop. */
  kill(index: number, signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  start(index: number): Promise<void>;
  /** Index of the active controller, as `broker` (index of one that runs) knows it. */
  controller(broker: number): Promise<number>;
  /** Folder of the settings (`1.properties` …) and data (`data-1` …) of all nodes. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Folder of Kafka's jars, fetched once by Maven. Throws when Java or Maven is missing. */
export async function kafkaJars(cache = CACHE): Promise<string> {
  const libs = join(cache, "libs");
  if (existsSync(libs)) return libs;
  await run("java", ["-version"]);
  const work = `${cache}-${process.pid}`;
  mkdirSync(work, { recursive: true });
  const artifacts = [
    ["org.apache.kafka", "kafka_2.13", KAFKA_VERSION],
    ["org.apache.kafka", "kafka-tools", KAFKA_VERSION],
    ["org.slf4j", "slf4j-simple", "1.7.36"],
  ].map(([group, name, version]) => {
    const parts = `<groupId>${group}</groupId><artifactId>${name}</artifactId>`;
    return `<dependency>${parts}<version>${version}</version></dependency>`;
  });
  writeFileSync(
    join(work, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
    <groupId>mmm</groupId><artifactId>kafka</artifactId><version>1</version>
    <packaging>pom</packaging><dependencies>${artifacts.join("")}</dependencies></project>`,
  );
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=libs"];
  await run("mvn", ["-B", "-q", ...goal], { cwd: work, timeout: 300_000 });
  mkdirSync(cache, { recursive: true });
  if (!existsSync(libs)) renameSync(join(work, "libs"), libs);
  rmSync(work, { recursive: true, force: true });
  return libs;
}

interface Node {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

function properties(node: Node, nodes: readonly Node[], folder: string) {
  const replicas = Math.min(3, nodes.length);
  const inSync = replicas === 3 ? 2 : 1;
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  return {
    "process.roles": "broker,controller",
    "node.id": node.id,
    "controller.quorum.voters": voters.join(","),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${node.port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "log.dirs": folder,
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "transaction.state.log.num.partitions": 4,
    "group.initial.rebalance.delay.ms": 0,
    "auto.create.topics.enable": false,
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4_194_304,
  };
}

/** What a test wants beside the usual. */
export interface KafkaExtras {
  /** Settings that replace or join the usual ones, which they are given. */
  properties(usual: Readonly<Record<string, string | number | boolean>>): Record<string, string>;
  /** Further arguments of the storage format. */
  readonly format: readonly string[];
}

/** Starts a cluster of one or three nodes, each broker and controller. */
export async function startKafka(count: 1 | 3 = 1, extras?: KafkaExtras): Promise<KafkaServer> {
  const libs = await kafkaJars();
  const folder = mkdtempSync(join(tmpdir(), "mmm-kafka-"));
  const ports = await freePorts(count * 2);
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: ports[2 * index] as number,
    controllerPort: ports[2 * index + 1] as number,
  }));
  // A first letter of its own: an id that begins with "-" is taken for an option, one time in 64.
  const cluster = `k${randomBytes(16).toString("base64url").slice(1)}`;
  const java = ["java", "-Xmx256m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const base = [...java, "-Dorg.slf4j.simpleLogger.defaultLogLevel=info", "-cp", `${libs}/*`];
  await Promise.all(
    nodes.map(async (node) => {
      const file = join(folder, `${node.id}.properties`);
      const usual = properties(node, nodes, join(folder, `data-${node.id}`));
      const all = Object.entries({ ...usual, ...extras?.properties(usual) });
      writeFileSync(file, all.map(([name, value]) => `${name}=${value}`).join("\n"));
      const tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", file];
      const format = [...tool, ...(extras?.format ?? [])];
      await run("java", [...base.slice(1), ...format]);
    }),
  );
  const children: (Child | null)[] = nodes.map(() => null);
  async function start(index: number): Promise<void> {
    const file = join(folder, `${index + 1}.properties`);
    const command = [...base, "kafka.Kafka", file];
    children[index] = await startChild(command, /Kafka Server started/, {
      cwd: folder,
      waitMs: START_MS_MAX,
    });
  }
  await Promise.all(nodes.map((_, index) => start(index)));
  return {
    brokers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    folder,
    start,
    async controller(broker) {
      const tool = ["org.apache.kafka.tools.MetadataQuorumCommand", "--bootstrap-server"];
      const ask = [...tool, `127.0.0.1:${nodes[broker]?.port}`, "describe", "--status"];
      const { stdout } = await run("java", [...base.slice(1), ...ask], { timeout: 60_000 });
      return Number(/^LeaderId:\s+(\d+)$/m.exec(stdout)?.[1]) - 1;
    },
    async kill(index, signal = "SIGKILL") {
      await children[index]?.kill(signal);
    },
    async stop() {
      for (const child of children) await child?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
