/**
 * The guard's key changes while a session is under way: verifying processes get the new ring first,
 * the guard last, and the session goes on; a key that is not in the ring trains nothing.
 */
import { afterEach, describe, expect, it } from "vitest";
import {
  removeKey,
  createKeyRing,
  replaceSigningKey,
  deriveSigningKey,
} from "../../guard/tokens/keys.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import type { Recorded } from "../../schemas/event.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { LIMITS } from "../support/given.ts";
import { openStage } from "../support/stage.ts";
import { eventsOf, request, TEST_KEYS, until } from "../support/system.ts";

const OLD = TEST_KEYS;
const OLD_KID = OLD.guard.signing?.kid ?? "";
const next = deriveSigningKey(new Uint8Array(32).fill(9));
const BOTH: Keys = { ...OLD, guard: replaceSigningKey(OLD.guard, next) };
const NEW_ONLY: Keys = { ...OLD, guard: removeKey(BOTH.guard, OLD_KID) };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The guard and the rest as two processes, each with its keys; nobody proposes until `speak`. */
async function stage(open: () => Promise<TestBackend>) {
  const { log, trained, speak, start, close } = await openStage(open);
  undo.push(close);
  return {
    log,
    trained: () => trained.length,
    speak,
    startGuard: (keys: Keys) => start((role) => role === "guard", { keys }),
    startRest: (keys: Keys) =>
      start((role) => !["guard", "data-scientist"].includes(role), { keys }),
    startScientist: () => start((role) => role === "data-scientist", { keys: OLD }),
  };
}

/** The id of the key that signed a clearance. */
function signersOf(events: readonly Recorded[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type !== "ProposalCleared") return [];
    const header = Buffer.from(event.data.clearance.split(".")[0] ?? "", "base64url");
    return [(JSON.parse(header.toString()) as { kid: string }).kid];
  });
}

const ONE = { ...LIMITS, max_iterations: 1 };

describe.each(BACKENDS.slice(1))(
  "the guard's key rotates during a session, on $name",
  ({ open }) => {
    it("verifiers first, guard last: the session goes on and ends well", async () => {
      const { log, speak, trained, ...processes } = await stage(open);
      const scientist = processes.startScientist;
      const rest = await processes.startRest(OLD);
      const guard = await processes.startGuard(OLD);
      await scientist();
      await request(log, "s1", { limits: ONE });
      await until(log, "s1", "ProposalRouted");
      await rest.stop();
      await processes.startRest(BOTH);
      await guard.stop();
      await processes.startGuard(BOTH);
      speak();
      const events = eventsOf(await until(log, "s1", "SessionSealed", 60));
      expect(signersOf(events)).toEqual([OLD_KID, next.kid]);
      expect(events.filter(({ type }) => type === "OutcomeRefused")).toEqual([]);
      expect(events.at(-2)).toMatchObject({ data: { status: "completed" } });
      expect(trained()).toBe(2);
    });

    it("the guard first: what it signs is refused and recorded until the others know its key", async () => {
      const { log, speak, trained, ...processes } = await stage(open);
      const rest = await processes.startRest(OLD);
      const guard = await processes.startGuard(OLD);
      await processes.startScientist();
      await request(log, "s1", { limits: { ...ONE, agent_timeout_s: 3 } });
      await until(log, "s1", "ProposalRouted");
      await guard.stop();
      await processes.startGuard(BOTH);
      speak();
      const refused = eventsOf(await until(log, "s1", "OutcomeRefused", 60)).at(-1);
      expect(refused).toMatchObject({
        data: { event_type: "ProposalCleared", reason: expect.stringContaining("unknown_key") },
      });
      expect(trained()).toBe(1);
      await rest.stop();
      await processes.startRest(BOTH);
      const events = eventsOf(await until(log, "s1", "SessionSealed", 60));
      expect(events.at(-2)).toMatchObject({ data: { status: "completed" } });
      expect(trained()).toBe(2);
    });

    it("retired too early: what the old key signed is refused and recorded, and nothing passes", async () => {
      const { log, speak, trained, ...processes } = await stage(open);
      const rest = await processes.startRest(OLD);
      const guard = await processes.startGuard(OLD);
      await processes.startScientist();
      await request(log, "s1", { limits: ONE });
      await until(log, "s1", "ProposalRouted");
      await rest.stop();
      await guard.stop();
      await processes.startRest(NEW_ONLY);
      await processes.startGuard(NEW_ONLY);
      speak();
      // Nothing is trained beside a baseline whose clearance nobody can check: a person is asked.
      const events = eventsOf(await until(log, "s1", "EscalationRaised", 60));
      expect(new Set(signersOf(events))).toEqual(new Set([OLD_KID, next.kid]));
      expect(events.find(({ type }) => type === "TrainingRefused")).toMatchObject({
        data: { code: "clearance_refused", reason: expect.stringContaining("unknown_key") },
      });
      expect(trained()).toBe(1);
    });

    it("an unknown key in a ring of its own clears nothing at all", async () => {
      const { log, trained, ...processes } = await stage(open);
      await processes.startRest(OLD);
      await processes.startGuard({ ...OLD, guard: createKeyRing(next) });
      await request(log, "s1", { limits: { ...ONE, agent_timeout_s: 1 } });
      const events = eventsOf(await until(log, "s1", "SessionSealed", 60));
      expect(events.filter(({ type }) => type === "OutcomeRefused").length).toBeGreaterThan(0);
      expect(events.at(-2)).toMatchObject({ data: { status: "failed" } });
      expect(trained()).toBe(0);
    });
  },
);
