/**
 * Kafka behind TLS and SASL: PLAIN and SCRAM, right and wrong passwords, a certificate nobody knows,
 * a certificate of the client's own; and the same from a settings file, with compression.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import type { KafkaSettings } from "../../../infra/kafka/client.ts";
import { createKafkaLog } from "../../../infra/kafka/log.ts";
import { openBackend } from "../../../app/backend.ts";
import { loadSettings } from "../../../app/settings.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { collector, failure, readAll, record, textOf, until } from "../../contract/log-contract.ts";
import { freePorts, type KafkaServer, startKafka } from "../../support/servers/kafka-server.ts";

const run = promisify(execFile);
const LOGIN = "org.apache.kafka.common.security";
const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;
let folder: string;
let server: KafkaServer;
let port: number;
/** Of the listener that asks for a certificate instead of a password. */
let mutualPort: number;
let ca: string;

/** A listener that asks for TLS and SASL and one for a certificate, beside the plain one. */
function secured(usual: Readonly<Record<string, string | number | boolean>>) {
  const listener = `SECURE://127.0.0.1:${port},MUTUAL://127.0.0.1:${mutualPort}`;
  const scram = `${LOGIN}.scram.ScramLoginModule required;`;
  const plain = `${LOGIN}.plain.PlainLoginModule required user_alice="open-sesame";`;
  return {
    listeners: `${usual["listeners"]},${listener}`,
    "advertised.listeners": `${usual["advertised.listeners"]},${listener}`,
    "listener.security.protocol.map": `${usual["listener.security.protocol.map"]},SECURE:SASL_SSL,MUTUAL:SSL`,
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.secure.plain.sasl.jaas.config": plain,
    "listener.name.secure.scram-sha-256.sasl.jaas.config": scram,
    "listener.name.secure.scram-sha-512.sasl.jaas.config": scram,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": join(folder, "server.pem"),
    "listener.name.mutual.ssl.client.auth": "required",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": join(folder, "client-cert.pem"),
  };
}

/** Makes `<name>key.pem` and `<name>cert.pem`; with a passphrase the key is encrypted. */
async function certificate(name: string, passphrase?: string): Promise<void> {
  const lock = passphrase === undefined ? ["-nodes"] : ["-passout", `pass:${passphrase}`];
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-days", "2", "-subj", "/CN=test", ...lock];
  const [key, cert] = [join(folder, `${name}key.pem`), join(folder, `${name}cert.pem`)];
  const files = ["-keyout", key, "-out", cert, "-addext", "subjectAltName=IP:127.0.0.1"];
  await run("openssl", [...make, ...files]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmm-tls-"));
  await certificate("");
  await certificate("client-", "let-me-in");
  await certificate("stranger-");
  ca = readFileSync(join(folder, "cert.pem"), "utf8");
  writeFileSync(join(folder, "server.pem"), readFileSync(join(folder, "key.pem"), "utf8") + ca);
  [port, mutualPort] = (await freePorts(2)) as [number, number];
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
    const topicPartition = { topic: "sessions", partition: 0 };
    const transactor = await log.transactor("coordinator", topicPartition);
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

/** A log opened as every command opens it: from a settings file and the environment. */
async function opened(log: object, environment: Record<string, string> = {}) {
  const file = join(folder, "settings.yaml");
  const kinds = { log: { kind: "kafka", partitions: 2, ...log }, snapshots: { kind: "memory" } };
  writeFileSync(file, JSON.stringify(kinds));
  const settings = loadSettings(file, environment);
  return openBackend({ settings, stateDir: "", environment });
}

async function refusal(log: object, environment: Record<string, string> = {}): Promise<string> {
  try {
    await (await opened(log, environment)).close();
    return "opened";
  } catch (error) {
    if (error instanceof MmmError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/**
 * Codecs of a partition's batches on the broker's disk: the low three bits of the attributes, which
 * stand 21 bytes after a batch's begin; its length stands at 8 and counts from 12 on.
 */
function codecsOnDisk(topic: string): Set<string | undefined> {
  const data = readFileSync(join(server.folder, "data-1", topic, "00000000000000000000.log"));
  const found = new Set<string | undefined>();
  for (let at = 0; at < data.length; at += 12 + data.readInt32BE(at + 8)) {
    found.add(CODECS[data.readInt16BE(at + 21) & 7]);
  }
  return found;
}

describe("a settings file", () => {
  const files = () => ({
    ca: join(folder, "cert.pem"),
    cert: join(folder, "client-cert.pem"),
    key: join(folder, "client-key.pem"),
  });
  const mutual = () => ({ brokers: [`127.0.0.1:${mutualPort}`], prefix: "mutual." });
  const passphrase = { KAFKA_KEY_PASSPHRASE: "let-me-in" };

  test("leads through TLS with a password, or with a certificate of our own", async () => {
    const account = { KAFKA_USERNAME: "alice", KAFKA_PASSWORD: "open-sesame" };
    const scram = { sasl: "scram-sha-512", tls: { ca: files().ca }, prefix: "scram." };
    const one = await opened({ brokers: [`127.0.0.1:${port}`], ...scram }, account);
    const two = await opened({ ...mutual(), tls: files() }, passphrase);
    for (const backend of [one, two]) {
      await backend.log.append([record("s1", "through")]);
      const found = await readAll(backend.log, { topic: "proposals" });
      expect(found.map(textOf)).toEqual(["through"]);
      await backend.close();
    }
  });

  test("with files that fit nothing is refused in a line that says which", async () => {
    const wrong = (tls: object, environment = {}) => refusal({ ...mutual(), tls }, environment);
    const { ca: own, cert, key } = files();
    expect(await wrong({ ca: "nowhere.pem" })).toMatch(/^settings_invalid: nowhere.pem: cannot/);
    expect(await wrong({ ca: key })).toMatch(
      /^settings_invalid: log.tls.ca: .*no PEM certificate$/,
    );
    expect(await wrong({ ca: own, cert, key })).toMatch(/^settings_invalid: log.tls: .*PASSPHRASE/);
    expect(await wrong({ ca: own, cert: own, key }, passphrase)).toMatch(
      /^settings_invalid: log.tls/,
    );
    expect(await wrong({ cert })).toMatch(/log.tls: cert and key belong together/);
    const sasl = { brokers: [`127.0.0.1:${port}`], sasl: "plain", tls: { ca: own } };
    expect(await refusal(sasl)).toMatch(/^settings_invalid: log.sasl: no account; set KAFKA_USER/);
    for (const bad of [
      { tls: "perhaps" },
      { tls: { ca: own, verify: false } },
      { compression: "brotli" },
      { session_timeout_ms: 100 },
    ]) {
      const said = await refusal({ ...mutual(), ...bad });
      expect(said).toMatch(
        /^settings_invalid: .*settings.yaml, log\.[a-z_.]+: .*; correct that field$/,
      );
      expect(said).not.toContain("\n");
    }
  });

  test("with the certificate of a stranger, or none, does not get in", async () => {
    const stranger = {
      cert: join(folder, "stranger-cert.pem"),
      key: join(folder, "stranger-key.pem"),
    };
    for (const tls of [{ ca: files().ca }, { ca: files().ca, ...stranger }]) {
      expect(await refusal({ ...mutual(), tls })).toMatch(/^(?:unauthorized|log_unavailable): /);
    }
  }, 120_000);

  test.each(CODECS)(
    "with compression %s writes so, in transactions and outside, and reads it back",
    async (compression) => {
      const prefix = `${compression}.`;
      const backend = await opened({ brokers: server.brokers, prefix, compression });
      const { log } = backend;
      const texts = ["a", "b", "c"].map((letter) => letter.repeat(2_000));
      const partition = log.partitionOf("s1");
      await log.append(texts.map((text) => record("s1", text)));
      const transactor = await log.transactor("coordinator", { topic: "sessions", partition });
      await transactor.commit(
        texts.map((text) => record("s1", text)),
        0,
      );
      await transactor.close();
      const found = await readAll(log, { topic: "proposals", key: "s1" });
      expect(found.map(textOf)).toEqual([...texts, ...texts]);
      await backend.close();
      const onDisk = codecsOnDisk(`${prefix}proposals-${partition}`);
      // The marker of a transaction is the broker's own and never compressed.
      expect(onDisk).toEqual(new Set(["none", compression]));
    },
  );
});
