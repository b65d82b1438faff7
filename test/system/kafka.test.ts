/**
 * Whole sessions on Kafka and Redis while workers die, come and go. Sizes by the environment; the
 * figures of full runs stand in docs/RELIABILITY.md.
 */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { kafkaBrokers, redisUrl } from "../support/servers/servers.ts";
import { runUnderFaults, size } from "../support/faults/sessions-under-faults.ts";

const WORKERS = 4;
const MINUTES = size("MMM_CHAOS_MINUTES", 5);
const KILLS = size("MMM_CHAOS_KILLS", 8);
const CHANGES = size("MMM_CHAOS_CHANGES", 6);

async function shared(sessions: number) {
  return {
    sessions: size("MMM_CHAOS_SESSIONS", sessions),
    iterations: size("MMM_CHAOS_ITERATIONS", 4),
    workers: WORKERS,
    minutes: MINUTES,
    brokers: await kafkaBrokers(),
    redisUrl: await redisUrl(),
  };
}

describe("sessions on Kafka and Redis", () => {
  it(
    `end as undisturbed ones do while ${WORKERS} workers are killed and replaced`,
    async () => {
      const { faults } = await runUnderFaults({
        ...(await shared(40)),
        name: "killed workers",
        agentMs: 0,
        disturb: async ({ fleet }) => {
          for (let kill = 0; kill < KILLS; kill += 1) {
            if (kill % 5 === 4) await fleet.replace(kill);
            else await fleet.kill(kill * 7);
            await systemClock.sleep(700);
          }
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );

  it(
    "end as undisturbed ones do while workers come and go",
    async () => {
      const { faults } = await runUnderFaults({
        ...(await shared(40)),
        name: "rebalances",
        workers: 2,
        agentMs: size("MMM_CHAOS_AGENT_MS", 1_200),
        disturb: async ({ fleet, fault }) => {
          for (let change = 0; change < CHANGES; change += 1) {
            if (change % 2 === 0 || fleet.size < 2) await fault("join", () => fleet.join());
            else await fault("leave", () => fleet.leave(change * 3));
            await systemClock.sleep(700);
          }
        },
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );

  it(
    "end as undisturbed ones do where agents think for longer than a session timeout",
    async () => {
      const { faults } = await runUnderFaults({
        ...(await shared(6)),
        name: "slow agents",
        iterations: 1,
        workers: 2,
        // Members are expelled after 6 s of silence; thoughts take half to one and a half of this.
        agentMs: size("MMM_CHAOS_AGENT_MS", 9_000),
        disturb: async () => {},
      });
      expect(faults).toEqual([]);
    },
    (MINUTES + 1) * 60_000,
  );
});
