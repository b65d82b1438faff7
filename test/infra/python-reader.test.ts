/**
 * Downstream in another language: a whole session on Kafka, read by Python with fastavro and the
 * schemas of the topic `schemas`, equal to what we read ourselves.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { decodeEvent } from "../../schemas/codec.ts";
import { readAll } from "../contract/log-contract.ts";
import { kafkaBrokers, redisUrl } from "../support/servers.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const READER = join(ROOT, "examples/python-reader");
const MAX = { maxBuffer: 64 * 1024 * 1024 };

/** Python with the reader's packages, made once in the cache. */
async function python(): Promise<string> {
  const wanted = readFileSync(join(READER, "requirements.txt"), "utf8");
  const name = Buffer.from(wanted).toString("base64url").slice(-16);
  const folder = join(ROOT, `node_modules/.cache/mmm-python-${name}`);
  const program = join(folder, "bin/python");
  if (existsSync(join(folder, "ready"))) return program;
  rmSync(folder, { recursive: true, force: true });
  try {
    await run("python3", ["-m", "venv", folder]);
  } catch (cause) {
    const text = "tests need Python 3 with venv: install it (apt-get install python3-venv)";
    throw new Error(text, { cause });
  }
  const file = join(READER, "requirements.txt");
  await run(program, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", file]);
  await run("touch", [join(folder, "ready")]);
  return program;
}

describe("examples/python-reader", () => {
  test("reads and verifies a whole session as we do, without registry or repository", async () => {
    const brokers = await kafkaBrokers();
    const prefix = `py${randomUUID().slice(0, 8)}.`;
    const output = mkdtempSync(join(tmpdir(), "mmm-python-"));
    const servers = { KAFKA_BROKERS: brokers.join(","), REDIS_URL: await redisUrl() };
    const kinds = { MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis", MMM_PREFIX: prefix };
    const env = { ...process.env, ...servers, ...kinds, MMM_ROUTER: "rules" };
    const inputs = ["baseline_model", "business_context"].map((name) => `examples/${name}.json`);
    const files = ["--baseline-config", inputs[0] ?? "", "--business-context", inputs[1] ?? ""];
    const more = ["--max-iterations", "2", "--evaluations", "40", "--seed", "7"];
    const where = ["--output", output, "--state-dir", join(output, "state")];
    await run(process.execPath, ["cli/main.ts", "run", ...files, ...more, ...where], {
      ...MAX,
      cwd: ROOT,
      env,
    });
    const script = join(READER, "read_history.py");
    const args = [script, "--brokers", brokers.join(","), "--prefix", prefix];
    const { stdout, stderr } = await run(await python(), args, MAX);
    const theirs = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; seq: number; data: unknown });

    const log = createKafkaLog({ brokers, prefix }, systemClock);
    const ours = (await readAll(log, { topic: "history" })).map(({ value, headers }) => ({
      seq: Number(headers["ce_seq"]),
      ...decodeEvent(value),
    }));
    await log.close();
    rmSync(output, { recursive: true });
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.map(({ seq, type, data }) => ({ seq, type, data }))).toEqual(
      JSON.parse(JSON.stringify(ours)),
    );
    expect(stderr).toMatch(/records, chain head [0-9a-f]{64}/);
  }, 240_000);
});
