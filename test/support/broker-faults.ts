/**
 * Whole sessions while brokers of their own go away and come back: what tests/system/brokers.test.ts
 * runs once and bench/broker-restarts.ts many times.
 */
import { systemClock } from "../../infra/clock.ts";
import { startKafka, type KafkaServer } from "./kafka-server.ts";
import { type Outcome, type Plan, runUnderFaults, size } from "./sessions-under-faults.ts";

/** How long the sessions may take in all. */
export const CHAOS_MINUTES = size("MMM_CHAOS_MINUTES", 5);
const ROUNDS = size("MMM_CHAOS_ROUNDS", 1);
const BETWEEN_RESTARTS_MS = 1_500;

type Faults = (server: KafkaServer, field: Parameters<Plan["disturb"]>[0]) => Promise<void>;

/** Runs sessions on a cluster of their own of one or three brokers, and breaks it. */
export async function runOnBrokers(
  nodes: 1 | 3,
  parts: { readonly name: string; readonly redisUrl: string; readonly faults: Faults },
): Promise<Outcome> {
  const server = await startKafka(nodes);
  try {
    return await runUnderFaults({
      name: parts.name,
      sessions: size("MMM_CHAOS_SESSIONS", 20),
      iterations: size("MMM_CHAOS_ITERATIONS", 4),
      workers: 2,
      agentMs: size("MMM_CHAOS_AGENT_MS", nodes === 1 ? 1_000 : 2_500),
      minutes: CHAOS_MINUTES,
      brokers: server.brokers,
      redisUrl: parts.redisUrl,
      disturb: async (field) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          await field.reached(size("MMM_CHAOS_SESSIONS", 20) * 4);
          await parts.faults(server, field);
        }
      },
    });
  } finally {
    await server.stop();
  }
}

/** The only broker is stopped in good order and comes back, then it is killed and comes back. */
export async function restartOnlyBroker(
  server: KafkaServer,
  { fault }: Parameters<Faults>[1],
): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await fault(`${signal} of the broker`, () => server.kill(0, signal));
    await server.start(0);
    await systemClock.sleep(BETWEEN_RESTARTS_MS);
  }
}
