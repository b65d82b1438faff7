/**
 * Whole sessions on Kafka and Redis while workers die. Sizes by the environment; the figures of a full
 * run stand in docs/RELIABILITY.md:
 *   MMM_CHAOS_SESSIONS=200 MMM_CHAOS_ITERATIONS=20 MMM_CHAOS_KILLS=50 npx vitest run test/system
 */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { createKafkaLog } from "../../infra/log-kafka.ts";
import { createMemoryLog } from "../../infra/log-memory.ts";
import { createMemorySnapshots } from "../../infra/snapshot-memory.ts";
import { createRedisSnapshots } from "../../infra/snapshot-redis.ts";
import {
  historyDigest,
  historyEntry,
  manifestOf,
  verifyExport,
  type HistoryEntry,
} from "../../session/audit.ts";
import type { EventLog } from "../../session/ports.ts";
import { Fleet } from "../support/fleet.ts";
import { LIMITS } from "../support/given.ts";
import { kafkaBrokers, redisUrl } from "../support/servers.ts";
import { eventsOf, request, startSystem, until } from "../support/system.ts";

const size = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const SESSIONS = size("MMM_CHAOS_SESSIONS", 40);
const ITERATIONS = size("MMM_CHAOS_ITERATIONS", 4);
const KILLS = size("MMM_CHAOS_KILLS", 8);
const WORKERS = 4;
const MINUTES = size("MMM_CHAOS_MINUTES", 5);
const limits = { ...LIMITS, max_iterations: ITERATIONS, patience: ITERATIONS };

/** The history digest of the same session on the memory log, undisturbed. */
async function undisturbed(): Promise<string> {
  const log = createMemoryLog({ partitions: 4, clock: systemClock });
  const system = await startSystem({ log, snapshots: createMemorySnapshots() });
  await request(log, "calm", { limits });
  const entries = await until(log, "calm");
  await system.stop();
  return historyDigest(eventsOf(entries));
}

async function histories(log: EventLog): Promise<Map<string, HistoryEntry[]>> {
  const found = new Map<string, HistoryEntry[]>();
  for await (const record of log.read({ topic: "history" })) {
    const entry = historyEntry(record);
    const of = found.get(record.key) ?? [];
    of.push(entry);
    found.set(record.key, of);
  }
  return found;
}

function faultsOf(entries: readonly HistoryEntry[], session: string, expected: string): string[] {
  const lines = [...entries.map((entry) => entry.line), { manifest: manifestOf(session, entries) }];
  const broken = verifyExport(lines).fault;
  const found = broken === null ? [] : [`${session} seq ${broken.seq}: ${broken.reason}`];
  if (entries.at(-1)?.event.type !== "SessionSealed") found.push(`${session} is not finished`);
  else if (historyDigest(eventsOf(entries)) !== expected) found.push(`${session} ended otherwise`);
  return found;
}

describe("sessions on Kafka and Redis", () => {
  it(
    `end as undisturbed ones do while ${WORKERS} workers are killed and replaced`,
    async () => {
      const expected = await undisturbed();
      const environment = {
        KAFKA_BROKERS: (await kafkaBrokers()).join(","),
        REDIS_URL: await redisUrl(),
        MMM_PREFIX: `chaos-${randomBytes(4).toString("hex")}.`,
        MMM_PARTITIONS: "12",
      };
      const log = createKafkaLog(
        {
          brokers: environment.KAFKA_BROKERS.split(","),
          prefix: environment.MMM_PREFIX,
          partitions: 12,
        },
        systemClock,
      );
      await log.ensureTopics();
      const fleet = new Fleet({ environment, size: WORKERS });
      const started = Date.now();
      await fleet.start();
      const names = Array.from({ length: SESSIONS }, (_, index) => `session-${index}`);
      await Promise.all(names.map((name) => request(log, name, { limits })));
      for (let kill = 0; kill < KILLS; kill += 1) {
        if (kill % 5 === 4) await fleet.replace(kill);
        else await fleet.kill(kill * 7);
        await systemClock.sleep(700);
      }
      let found = await histories(log);
      const open = () =>
        names.filter((name) => found.get(name)?.at(-1)?.event.type !== "SessionSealed");
      while (open().length > 0 && Date.now() - started < MINUTES * 60_000) {
        await systemClock.sleep(1_000);
        found = await histories(log);
      }
      await fleet.stop();
      const snapshots = createRedisSnapshots({
        url: environment.REDIS_URL,
        prefix: environment.MMM_PREFIX,
        partitions: 12,
      });
      const faults = names.flatMap((name) => faultsOf(found.get(name) ?? [], name, expected));
      for (const name of names) {
        const kept = await snapshots.load(name);
        if (kept?.head !== found.get(name)?.at(-1)?.line.hash)
          faults.push(`${name}: snapshot differs`);
      }
      const records = [...found.values()].reduce((sum, entries) => sum + entries.length, 0);
      process.stdout.write(
        `${SESSIONS} sessions × ${ITERATIONS} iterations, ${fleet.kills} SIGKILLs, ${fleet.restarts} restarts, ` +
          `${records} history records, ${faults.length} faults, ${Math.round((Date.now() - started) / 1000)} s\n`,
      );
      await snapshots.close();
      await log.close();
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );
});
