import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clientOf } from "../../infra/kafka-client.ts";
import { EXAMPLE, mmm, scratch, startMmm } from "../support/mmm.ts";
import { kafkaBrokers, redisUrl } from "../support/servers.ts";

async function environment(): Promise<Record<string, string>> {
  return {
    KAFKA_BROKERS: (await kafkaBrokers()).join(","),
    REDIS_URL: await redisUrl(),
    MMM_PREFIX: `cli-${randomBytes(4).toString("hex")}.`,
  };
}

describe("the command line on Kafka and Redis", () => {
  it("gives the same history digest as on SQLite for the same seed", async () => {
    const folder = scratch();
    const run = (where: readonly string[], env: Record<string, string>, state: string) =>
      mmm(
        [
          "run",
          ...EXAMPLE,
          "--seed",
          "7",
          "--max-iterations",
          "3",
          "--json",
          "--state-dir",
          join(folder, state),
          "--output",
          join(folder, `out-${state}`),
          ...where,
        ],
        env,
      );
    const sqlite = run([], {}, "a");
    const kafka = run(["--log", "kafka", "--snapshot", "redis"], await environment(), "b");
    expect(kafka.code, kafka.err).toBe(0);
    expect(JSON.parse(kafka.out).history.digest).toBe(JSON.parse(sqlite.out).history.digest);
  }, 120_000);

  it("runs a submitted session over two workers with different roles", async () => {
    const folder = scratch();
    const env = { ...(await environment()), MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis" };
    const state = ["--state-dir", join(folder, "state")];
    expect(mmm(["topics", "create", ...state], env)).toMatchObject({ code: 0 });
    const roles = [
      "coordinator,router,guard",
      "data-scientist,trainer,business-analyst,stakeholder,research-persona",
    ];
    const workers = [];
    for (const one of roles) {
      const worker = startMmm(["worker", "--roles", one, ...state], env);
      workers.push(worker);
      while (!worker.said().includes("working"))
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const submitted = mmm(
      ["submit", ...EXAMPLE, "--max-iterations", "2", "--key", "k1", "--json", ...state],
      env,
    );
    const again = mmm(
      ["submit", ...EXAMPLE, "--max-iterations", "2", "--key", "k1", "--json", ...state],
      env,
    );
    expect(again.out).toBe(submitted.out);
    const { session } = JSON.parse(submitted.out);
    const watched = mmm(["watch", "--session", session, "--json", ...state], env);
    expect(watched.out).toContain("SessionSealed");
    expect(watched.out.match(/"type":"SessionRequested"/g)).toHaveLength(1);
    for (const { child, exited } of workers) {
      child.kill("SIGTERM");
      expect(await exited).toBe(0);
    }
    const [row] = JSON.parse(mmm(["status", "--json", ...state], env).out);
    expect(row).toMatchObject({ session, status: "completed" });
    expect(mmm(["replay", "--session", session, "--verify", ...state], env).code).toBe(0);
    expect(mmm(["snapshot", "rebuild", "--check", ...state], env).code).toBe(0);
  }, 180_000);

  it("refuses a wrong partition count", async () => {
    const folder = scratch();
    const env = { ...(await environment()), MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis" };
    const state = ["--state-dir", join(folder, "state")];
    expect(mmm(["topics", "create", ...state], env)).toMatchObject({ code: 0 });
    const settings = readFileSync("config/settings.yaml", "utf8").replace(
      "partitions: 12",
      "partitions: 6",
    );
    const file = join(folder, "settings.yaml");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(file, settings);
    expect(mmm(["topics", "create", "--settings", file, ...state], env).code).toBe(32);
  }, 180_000);

  it("makes no topics in order to look, and tells what waits, for whom and how long", async () => {
    const folder = scratch();
    const env = { ...(await environment()), MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis" };
    const state = ["--state-dir", join(folder, "state")];
    for (const look of [["topics", "describe"], ["topics", "lag"], ["status"]]) {
      const said = mmm([...look, ...state], env);
      expect(said.code, look.join(" ")).toBe(10);
      expect(said.err).toMatch(
        /^mmm: Kafka at .* has no topics cli-.*: check the prefix, or run mmm/,
      );
    }
    expect(mmm(["topics", "create", ...state], env).code).toBe(0);
    expect(JSON.parse(mmm(["topics", "describe", "--json", ...state], env).out)).toHaveLength(14);
    for (const key of ["a", "b"]) {
      expect(mmm(["submit", ...EXAMPLE, "--key", key, ...state], env).code).toBe(0);
    }
    const lag = JSON.parse(mmm(["topics", "lag", "--json", ...state], env).out);
    const [first, ...others] = lag;
    expect(first).toMatchObject({ consumer: "coordinator", topic: "sessions", records: 2 });
    expect(first.oldest_s).toBeGreaterThan(0);
    expect(others.map((row: { records: number }) => row.records)).toEqual(others.map(() => 0));
    expect(others.length).toBe(8);
  }, 180_000);

  it("tells of a transaction that does not end where people look, with the remedy", async () => {
    const folder = scratch();
    const base = await environment();
    const env = { ...base, MMM_LOG: "kafka", MMM_SNAPSHOTS: "redis" };
    const state = ["--state-dir", join(folder, "state")];
    expect(mmm(["topics", "create", ...state], env).code).toBe(0);
    const topic = `${base["MMM_PREFIX"]}history`;
    const producer = clientOf({ brokers: await kafkaBrokers() }, "quick").producer({
      transactionalId: topic,
      idempotent: true,
      transactionTimeout: 600_000,
    });
    try {
      await producer.connect();
      const open = await producer.transaction();
      await open.send({ topic, messages: [{ key: "s1", value: "hidden", partition: 3 }] });
      const lag = JSON.parse(mmm(["topics", "lag", "--json", ...state], env).out);
      expect(lag.at(-1)).toMatchObject({ consumer: null, topic: "history", unstable: 1 });
      const checks = JSON.parse(mmm(["doctor", "--json", ...state], env).out) as {
        name: string;
        detail: string;
      }[];
      const told = Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));
      expect(told["transactions"]).toContain("history/3: a transaction hides offsets 0 to 0");
      expect(told["brokers"]).toContain("1 broker");
      await open.abort();
    } finally {
      await producer.disconnect();
    }
  }, 600_000);
});
