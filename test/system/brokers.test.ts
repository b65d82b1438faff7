/**
 * Whole sessions while brokers of their own go away and come back: a single one, and one of three
 * (min.insync.replicas 2), the active controller among them. Sizes as in kafka.test.ts.
 */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { CHAOS_MINUTES, restartOnlyBroker, runOnBrokers } from "../support/broker-faults.ts";
import type { KafkaServer } from "../support/kafka-server.ts";
import { redisUrl } from "../support/servers.ts";

/** Longer than a broker's session timeout in these clusters. */
const NOTICED_MS = 4_000;
const LIMIT_MS = (CHAOS_MINUTES + 2) * 60_000;

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
      const { faults } = await runOnBrokers(1, {
        name: "broker restarts",
        redisUrl: await redisUrl(),
        faults: restartOnlyBroker,
      });
      expect(faults).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "while a broker of three and the active controller are killed",
    async () => {
      const { faults } = await runOnBrokers(3, {
        name: "three brokers",
        redisUrl: await redisUrl(),
        faults: async (server, { fault }) => {
          const controller = await server.controller(0);
          const plain = [0, 1, 2].find((node) => node !== controller) ?? 0;
          await fault("SIGKILL of a broker", () => killAndReturn(server, plain));
          await systemClock.sleep(2_000);
          const now = await server.controller(0);
          await fault("SIGKILL of the controller", () => killAndReturn(server, now));
          expect(await server.controller(now === 0 ? 1 : 0)).not.toBe(now);
        },
      });
      expect(faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
