/**
 * Whole sessions while brokers of their own go away and come back: a single one, and one of three
 * (min.insync.replicas 2), the active controller among them. Sizes as in kafka.test.ts.
 */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { startKafka, type KafkaServer } from "../support/servers/kafka-server.ts";
import { redisUrl } from "../support/servers/servers.ts";
import { runUnderFaults, size, type Plan } from "../support/sessions-under-faults.ts";

const MINUTES = size("MMM_CHAOS_MINUTES", 5);
const ROUNDS = size("MMM_CHAOS_ROUNDS", 1);
/** Longer than a broker's session timeout in these clusters. */
const NOTICED_MS = 4_000;

type Faults = (server: KafkaServer, field: Parameters<Plan["disturb"]>[0]) => Promise<void>;

async function sessionsOn(nodes: 1 | 3, name: string, faults: Faults): Promise<readonly string[]> {
  const server = await startKafka(nodes);
  try {
    const outcome = await runUnderFaults({
      name,
      sessions: size("MMM_CHAOS_SESSIONS", 20),
      iterations: size("MMM_CHAOS_ITERATIONS", 4),
      workers: 2,
      agentMs: size("MMM_CHAOS_AGENT_MS", nodes === 1 ? 1_000 : 2_500),
      minutes: MINUTES,
      brokers: server.brokers,
      redisUrl: await redisUrl(),
      disturb: async (field) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          await field.reached(size("MMM_CHAOS_SESSIONS", 20) * 4);
          await faults(server, field);
        }
      },
    });
    return outcome.faults;
  } finally {
    await server.stop();
  }
}

/** SIGKILLs a node, lets the others notice, and starts it again. */
async function killAndReturn(server: KafkaServer, node: number): Promise<void> {
  await server.kill(node);
  await systemClock.sleep(NOTICED_MS);
  await server.start(node);
}

describe("sessions end as undisturbed ones do", () => {
  it(
    "while their only broker is restarted, in good order and after a kill",
    async () => {
      const faults = await sessionsOn(1, "broker restarts", async (server, { fault }) => {
        for (const signal of ["SIGTERM", "SIGKILL"] as const) {
          await fault(`${signal} of the broker`, () => server.kill(0, signal));
          await server.start(0);
          await systemClock.sleep(1_500);
        }
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 2) * 60_000,
  );

  it(
    "while a broker of three and the active controller are killed",
    async () => {
      const faults = await sessionsOn(3, "three brokers", async (server, { fault }) => {
        const controller = await server.controller(0);
        const plain = [0, 1, 2].find((node) => node !== controller) ?? 0;
        await fault("SIGKILL of a broker", () => killAndReturn(server, plain));
        await systemClock.sleep(2_000);
        const now = await server.controller(0);
        await fault("SIGKILL of the controller", () => killAndReturn(server, now));
        expect(await server.controller(now === 0 ? 1 : 0)).not.toBe(now);
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 2) * 60_000,
  );
});
