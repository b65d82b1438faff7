/**
 * Kafka behind TLS and SASL: PLAIN and SCRAM, right and wrong passwords, a certificate nobody knows.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import type { KafkaSettings } from "../../infra/kafka-client.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { collector, failure, readAll, record, textOf, until } from "../contract/log-contract.ts";
import { freePorts, type KafkaServer, startKafka } from "../support/kafka-server.ts";

const run = promisify(execFile);
const LOGIN = "org.apache.kafka.common.security";
const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;
let folder: string;
let server: KafkaServer;
let port: number;
let ca: string;

/** A listener that asks for TLS and SASL, beside the plain one. */
function secured(usual: Readonly<Record<string, string | number | boolean>>) {
  const listener = `SECURE://127.0.0.1:${port}`;
  const scram = `${LOGIN}.scram.ScramLoginModule required;`;
  const plain = `${LOGIN}.plain.PlainLoginModule required user_alice="open-sesame";`;
  return {
    listeners: `${usual["listeners"]},${listener}`,
    "advertised.listeners": `${usual["advertised.listeners"]},${listener}`,
    "listener.security.protocol.map": `${usual["listener.security.protocol.map"]},SECURE:SASL_SSL`,
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.secure.plain.sasl.jaas.config": plain,
    "listener.name.secure.scram-sha-256.sasl.jaas.config": scram,
    "listener.name.secure.scram-sha-512.sasl.jaas.config": scram,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": join(folder, "server.pem"),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmm-tls-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"];
  const files = ["-keyout", key, "-out", certificate, "-addext", "subjectAltName=IP:127.0.0.1"];
  await run("openssl", [...make, ...files]);
  ca = readFileSync(certificate, "utf8");
  writeFileSync(join(folder, "server.pem"), readFileSync(key, "utf8") + ca);
  [port] = (await freePorts(1)) as [number];
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=alice,password=open-sesame]`,
  ]);
  server = await startKafka(1, { properties: secured, format: users });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function settings(more: Partial<KafkaSettings>): KafkaSettings {
  return { brokers: [`127.0.0.1:${port}`], partitions: 2, tls: { ca }, ...more };
}

const alice = { username: "alice", password: "open-sesame" };

describe("Kafka behind TLS", () => {
  test.each(MECHANISMS)("is written, read and consumed with SASL %s", async (mechanism) => {
    const prefix = `${mechanism}.`;
    const log = createKafkaLog(settings({ prefix, sasl: { mechanism, ...alice } }), systemClock);
    await log.ensureTopics();
    const place = { topic: "sessions", partition: 0 };
    const transactor = await log.transactor("coordinator", place);
    await transactor.commit([record("s1", "in a transaction")], 0);
    await log.append([record("s1", "plain")]);
    const sink = collector();
    const consumption = await log.consume({ group: "readers", topics: ["proposals"] }, sink);
    await until(() => sink.seen.length === 2);
    await consumption.stop();
    const found = await readAll(log, { topic: "proposals" });
    expect(found.map(textOf)).toEqual(["in a transaction", "plain"]);
    await log.close();
  });

  test.each(MECHANISMS)(
    "refuses a wrong password with %s, for good, without telling it",
    async (mechanism) => {
      const sasl = { mechanism, username: "alice", password: "wrong-word" };
      const log = createKafkaLog(settings({ sasl }), systemClock);
      const error = await failure(log.append([record("s1", "x")]));
      expect([error.code, error.retriable]).toEqual(["unauthorized", false]);
      expect(`${error.message} ${JSON.stringify(error.data)}`).not.toContain("wrong-word");
      const consumption = await log.consume({ group: "g", topics: ["proposals"] }, collector());
      await expect(consumption.ended).rejects.toMatchObject({ code: "unauthorized" });
      await log.close();
    },
  );

  test("is not talked to when nobody vouches for its certificate", async () => {
    const log = createKafkaLog(
      settings({ tls: {}, sasl: { mechanism: "plain", ...alice } }),
      systemClock,
    );
    const error = await failure(log.append([record("s1", "x")]));
    expect(error.message).toMatch(/certificate/i);
    await log.close();
  });
});
