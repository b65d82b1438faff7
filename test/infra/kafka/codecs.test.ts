/**
 * Records that other clients wrote with any compression are read; ours are read by others.
 */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import type { EventLog } from "../../../session/ports.ts";
import { readAll, record, textOf } from "../../contract/log-contract.ts";
import { kafkaJars } from "../../support/servers/kafka-server.ts";
import { findProgram } from "../../support/servers/programs.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

const run = promisify(execFile);
const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
const prefix = `codec${randomUUID().slice(0, 8)}.`;
let brokers: string[];
let logs: EventLog[];

beforeAll(async () => {
  brokers = await kafkaBrokers();
  logs = CODECS.map((compression) =>
    createKafkaLog({ brokers, prefix, partitions: 1, compression }, systemClock),
  );
  await logs[0]?.ensureTopics();
});
afterAll(async () => {
  for (const log of logs) await log.close();
});

/** Runs a findProgram that takes lines on its standard input. */
function feed(command: string, args: readonly string[], text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(errors))));
    child.stdin.end(text);
  });
}

const lines = (name: string) =>
  Array.from({ length: 40 }, (_, at) => `${name} ${at} ${"x".repeat(99)}`);

describe("compressed records", () => {
  test.each(CODECS)("written by us with %s are read by us and by librdkafka", async (codec) => {
    const log = logs[CODECS.indexOf(codec)] as EventLog;
    const expected = lines(`ours-${codec}`);
    await log.append(expected.map((text) => record(codec, text)));
    const found = await readAll(log, { topic: "proposals", key: codec });
    expect(found.map(textOf)).toEqual(expected);
    const kcat = await findProgram("kcat", "kcat");
    const args = [
      "-b",
      brokers.join(","),
      "-C",
      "-e",
      "-q",
      "-t",
      `${prefix}proposals`,
      "-f",
      "%s\n",
    ];
    const { stdout } = await run(kcat, args);
    expect(stdout.split("\n").filter((line) => line.startsWith(`ours-${codec} `))).toEqual(
      expected,
    );
  });

  test.each(CODECS)("written by librdkafka with %s are read", async (codec) => {
    const expected = lines(`kcat-${codec}`);
    const kcat = await findProgram("kcat", "kcat");
    const to = ["-b", brokers.join(","), "-P", "-t", `${prefix}vetoes`, "-z", codec, "-K", "|"];
    await feed(kcat, to, expected.map((text) => `${codec}|${text}\n`).join(""));
    const found = await readAll(logs[0] as EventLog, { topic: "vetoes", key: codec });
    expect(found.map(textOf)).toEqual(expected);
  });

  test.each(["snappy", "lz4", "zstd"])(
    "written by the Java client with %s are read",
    async (codec) => {
      const expected = lines(`java-${codec}`);
      const tool = [
        "-Xmx128m",
        "-cp",
        `${await kafkaJars()}/*`,
        "org.apache.kafka.tools.ConsoleProducer",
      ];
      const to = ["--bootstrap-server", brokers.join(","), "--topic", `${prefix}escalations`];
      const how = ["--compression-codec", codec, "--batch-size", "16384"];
      const keyed = ["--reader-property", "parse.key=true", "--reader-property", "key.separator=|"];
      const text = expected.map((line) => `${codec}|${line}\n`).join("");
      await feed("java", [...tool, ...to, ...how, ...keyed], text);
      const found = await readAll(logs[0] as EventLog, { topic: "escalations", key: codec });
      expect(found.map(textOf)).toEqual(expected);
    },
  );
});
