/**
 * Downstream, with other people's clients: whole sessions on Kafka, read by Python with fastavro and
 * the schemas of the topic `schemas`, and by kcat (librdkafka), equal to what we read ourselves.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/kafka/log.ts";
import { decodeEvent } from "../../schemas/codec.ts";
import { readAll } from "../contract/log-contract.ts";
import { findProgram } from "../support/servers/programs.ts";
import { kafkaBrokers, redisUrl } from "../support/servers/servers.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const READER = join(ROOT, "examples/python-reader");
const MAX = { maxBuffer: 64 * 1024 * 1024 };

/** Python with the reader's packages, made once in the cache. */
async function python(): Promise<string> {
  const wanted = readFileSync(join(READER, "requirements.txt"), "utf8");
  const name = Buffer.from(wanted).toString("base64url").slice(-16);
  const folder = join(ROOT, `node_modules/.cache/mmm-python-${name}`);
  const python = join(folder, "bin/python");
  if (existsSync(join(folder, "ready"))) return python;
  rmSync(folder, { recursive: true, force: true });
  try {
    await run("python3", ["-m", "venv", folder]);
  } catch (cause) {
    const text = "tests need Python 3 with venv: install it (apt-get install python3-venv)";
    throw new Error(text, { cause });
  }
  const file = join(READER, "requirements.txt");
  await run(python, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", file]);
  await run("touch", [join(folder, "ready")]);
  return python;
}

/** What a reader of the log has to come to, whoever it is. */
interface Row {
  readonly seq: number;
  readonly type: string;
  readonly data: unknown;
}

/** A record as kcat prints it: where it stood, its key and headers, and its body, byte for byte. */
interface Seen {
  readonly place: string;
  readonly key: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Reads a topic to its end with kcat. */
async function kcat(brokers: readonly string[], topic: string): Promise<Seen[]> {
  const from = ["-C", "-e", "-q", "-b", brokers.join(","), "-t", topic];
  const line = ["-f", "%p/%o\t%k\t%h\t%S\n%s\n"];
  const how = { ...MAX, encoding: "buffer" as const };
  const { stdout } = await run(await findProgram("kcat", "kcat"), [...from, ...line], how);
  const seen: Seen[] = [];
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf("\n", at);
    const [place = "", key = "", pairs = "", size = ""] = stdout
      .toString("utf8", at, end)
      .split("\t");
    const headers = new Map(pairs.split(",").map((pair) => pair.split("=", 2) as [string, string]));
    const body = stdout.subarray(end + 1, end + 1 + Number(size));
    seen.push({ place, key, headers, body });
    at = end + 2 + Number(size);
  }
  return seen;
}

const ROW_ORDER = (one: { session: string; seq: number }, other: typeof one) =>
  one.session === other.session ? one.seq - other.seq : one.session < other.session ? -1 : 1;

let brokers: string[];
let ours: (Row & { session: string; place: string; hash: string })[];
const prefix = `py${randomUUID().slice(0, 8)}.`;

beforeAll(async () => {
  brokers = await kafkaBrokers();
  const output = mkdtempSync(join(tmpdir(), "mmm-python-"));
  const servers = { KAFKA_BROKERS: brokers.join(","), REDIS_URL: await redisUrl() };
  const kinds = { MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis", MMM_PREFIX: prefix };
  const env = { ...process.env, ...servers, ...kinds, MMM_ROUTER: "rules" };
  const inputs = ["baseline_model", "business_context"].map((name) => `examples/${name}.json`);
  const files = ["--baseline-config", inputs[0] ?? "", "--business-context", inputs[1] ?? ""];
  const more = ["--max-iterations", "2", "--evaluations", "40"];
  const where = ["--output", output, "--state-dir", join(output, "state")];
  for (const seed of ["7", "8"]) {
    const args = ["cli/main.ts", "run", ...files, ...more, "--seed", seed, ...where];
    await run(process.execPath, args, { ...MAX, cwd: ROOT, env });
  }
  rmSync(output, { recursive: true });
  const log = createKafkaLog({ brokers, prefix }, systemClock);
  await log.append([
    { topic: "schemas", key: "poison", value: Buffer.from("no schema"), headers: {} },
  ]);
  ours = (await readAll(log, { topic: "history" })).map((record) => ({
    session: record.key,
    place: `${record.partition}/${record.offset}`,
    seq: Number(record.headers["ce_seq"]),
    hash: record.headers["ce_hash"] ?? "",
    ...(JSON.parse(JSON.stringify(decodeEvent(record.value))) as { type: string; data: unknown }),
  }));
  await log.close();
}, 240_000);

describe("two sessions' history", () => {
  test("is read and verified by Python as by us, without registry or repository", async () => {
    const script = join(READER, "read_history.py");
    const args = [script, "--brokers", brokers.join(","), "--prefix", prefix];
    const { stdout, stderr } = await run(await python(), args, MAX);
    const lines = stdout.trim().split("\n");
    const theirs = lines.map((line) => JSON.parse(line) as Row & { session: string });
    const rowOf = ({ session, seq, type, data }: (typeof theirs)[number]) => {
      return { session, seq, type, data };
    };
    expect(theirs.length).toBeGreaterThan(40);
    expect(theirs.toSorted(ROW_ORDER).map(rowOf)).toEqual(ours.toSorted(ROW_ORDER).map(rowOf));
    expect(stderr.match(/records, chain head [0-9a-f]{64}/g)).toHaveLength(2);
    expect(stderr).toContain("no schema (");
  }, 240_000);

  test("is read by kcat: every record once, with its key, envelope, chain and body", async () => {
    const seen = await kcat(brokers, `${prefix}history`);
    const theirs = seen.map(({ place, key, headers, body }) => ({
      session: key,
      place,
      seq: Number(headers.get("ce_seq")),
      hash: headers.get("ce_hash"),
      ...(JSON.parse(JSON.stringify(decodeEvent(body))) as { type: string; data: unknown }),
    }));
    expect(theirs.toSorted(ROW_ORDER)).toEqual(ours.toSorted(ROW_ORDER));
    for (const { key, headers, body } of seen) {
      expect(headers.get("ce_subject")).toBe(key);
      expect(headers.get("ce_type")).toBe(`mmm.${decodeEvent(body).type}`);
      expect(headers.get("ce_specversion")).toBe("1.0");
    }
    const sealed = theirs.filter(({ type }) => type === "SessionSealed");
    expect(new Set(sealed.map(({ session }) => session)).size).toBe(2);
    process.stdout.write(`kcat and Python: ${seen.length} records of 2 sessions, all as ours\n`);
  });
});
