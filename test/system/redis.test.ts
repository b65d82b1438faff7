/**
 * Whole sessions while a Redis of their own is killed, emptied, or falls back to an older dump. Sizes
 * as in kafka.test.ts.
 */
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { startRedis, type RedisServer } from "../support/servers/redis-server.ts";
import { kafkaBrokers } from "../support/servers/servers.ts";
import {
  runUnderFaults,
  size,
  surely,
  type Field,
} from "../support/faults/sessions-under-faults.ts";

const run = promisify(execFile);
const MINUTES = size("MMM_CHAOS_MINUTES", 5);
const SESSIONS = size("MMM_CHAOS_SESSIONS", 30);
const ROUNDS = size("MMM_CHAOS_ROUNDS", 1);
/** Longer than a restore takes and than it takes to see an emptied store while nothing happens. */
const REBUILT_MS = 20_000;

interface Wreck {
  readonly name: string;
  readonly append?: boolean;
  readonly faults: (server: RedisServer, field: Field) => Promise<void>;
  readonly after?: (server: RedisServer, field: Field) => Promise<readonly string[]>;
}

async function sessionsOn(wreck: Wreck): Promise<readonly string[]> {
  const server = await startRedis({ append: wreck.append ?? false });
  const { after } = wreck;
  try {
    const outcome = await runUnderFaults({
      name: wreck.name,
      sessions: SESSIONS,
      iterations: size("MMM_CHAOS_ITERATIONS", 4),
      workers: 2,
      agentMs: size("MMM_CHAOS_AGENT_MS", 1_000),
      minutes: MINUTES,
      brokers: await kafkaBrokers(),
      redisUrl: server.url,
      disturb: async (field) => {
        await field.reached(SESSIONS * 8);
        for (let round = 0; round < ROUNDS; round += 1) {
          await wreck.faults(server, field);
          await systemClock.sleep(1_000);
        }
      },
      ...(after === undefined ? {} : { after: (field) => after(server, field) }),
    });
    return outcome.faults;
  } finally {
    await server.stop();
  }
}

async function cli(server: RedisServer, ...command: string[]): Promise<string> {
  const { stdout } = await run("redis-cli", ["-p", new URL(server.url).port, ...command]);
  return stdout.trim();
}

/** Sessions that the store lists. */
const listed = (field: Field) => surely(() => field.snapshots.list({ limit: 10_000 }));

describe("sessions end as undisturbed ones do", () => {
  it(
    "while Redis is killed and comes back with its data",
    async () => {
      const faults = await sessionsOn({
        name: "Redis killed and restarted",
        append: true,
        faults: async (server, { fault }) => {
          await fault("SIGKILL of Redis", () => server.kill());
          await systemClock.sleep(2_500);
          await server.start();
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );

  it(
    "while workers come and go during the time that Redis is away",
    async () => {
      const faults = await sessionsOn({
        name: "Redis away while places move",
        append: true,
        faults: async (server, { fault, fleet }) => {
          await fault("SIGKILL of Redis", () => server.kill());
          const joined = fleet.join();
          await systemClock.sleep(3_000);
          await fleet.leave(0);
          await server.start();
          await joined;
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );

  it(
    "while Redis is emptied, and again when all is over: it fills by itself",
    async () => {
      const faults = await sessionsOn({
        name: "Redis emptied",
        faults: async (server, { fault }) => fault("FLUSHALL", () => cli(server, "FLUSHALL")),
        after: async (server, field) => {
          await systemClock.sleep(500);
          await cli(server, "FLUSHALL");
          const late = Date.now() + REBUILT_MS;
          while ((await listed(field)).length < SESSIONS && Date.now() < late) {
            await systemClock.sleep(250);
          }
          const found = (await listed(field)).length;
          return found === SESSIONS ? [] : [`emptied at rest: ${found} of ${SESSIONS} rebuilt`];
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );

  it(
    "while Redis falls back to an older dump",
    async () => {
      const faults = await sessionsOn({
        name: "Redis rolled back",
        faults: async (server, field) => {
          await cli(server, "SAVE");
          const dump = join(server.folder, "dump.rdb");
          copyFileSync(dump, join(server.folder, "older.rdb"));
          await systemClock.sleep(1_500);
          await field.fault("SIGKILL of Redis, older dump", async () => {
            await server.kill();
            copyFileSync(join(server.folder, "older.rdb"), dump);
            await server.start();
          });
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );
});
