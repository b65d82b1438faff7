/** How the guard tries again what may pass, and what it says where nothing could be judged. */
import { describe, expect, it } from "vitest";
import { createGuard } from "../../consumers/guard.ts";
import { findHandler } from "../../consumers/loop/consumer.ts";
import { signWarrant } from "../../guard/tokens/clearance.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import type { Verdict } from "../../guard/verdict.ts";
import { MmmError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { made, recorded } from "../support/given.ts";

const keys = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(7)));
const { signal } = new AbortController();
const vetoed: Verdict = {
  verdict: "vetoed",
  layer: "rules",
  violations: [],
  layers: [],
  specDigest: "s",
  contentDigest: "c",
  baseDigest: "b",
  config: null,
  configDigest: null,
  methodologyDigest: null,
  changes: [],
};

/** A guard whose judge answers in turn, and the pauses that it took. */
function open(answers: readonly (Error | Verdict)[], waitsMs: readonly number[] | null = [10, 20]) {
  const slept: number[] = [];
  const left = [...answers];
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  const guard = createGuard({
    judge: async () => {
      const answer = left.shift() ?? expect.fail("asked too often");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    specDigest: "s",
    guardKeys: keys,
    coordinatorKeys: keys,
    ...(waitsMs === null ? {} : { retry: { clock, waitsMs } }),
  });
  const warrant = signWarrant(
    {
      session: "s1",
      work_item: "w1",
      attempt: 1,
      iteration: 1,
      baseline: "{}",
      base: "{}",
      constraints: [],
    },
    keys,
  );
  const event = { ...recorded(made("w1.1")), attachments: { warrant } };
  return { guard, event, slept, left, answer: () => findHandler(guard, event)!({ signal }) };
}

const away = new Error("no file");

describe("a verdict that cannot be had", () => {
  it("is asked for again after each of the pauses, and no more", async () => {
    const { answer, slept } = open([away, away, vetoed]);
    const [emission] = await answer();
    expect(emission?.event.type).toBe("ProposalVetoed");
    expect(emission?.to).toEqual([TOPICS.sessions, TOPICS.vetoes]);
    expect(slept).toEqual([10, 20]);
    const never = open([away, away, away]);
    await expect(never.answer()).rejects.toBe(away);
    expect([never.slept, never.left]).toEqual([[10, 20], []]);
  });

  it.each([
    ["the configuration is wrong", new MmmError("config_invalid", "x"), [10]],
    ["it lasts", new MmmError("guard_unable", "x", { data: { lasting: true } }), [10]],
    ["the loop tries it again itself", new MmmError("timeout", "x"), [10]],
    ["there are no pauses", away, null],
  ])("is not asked for again where %s", async (_why, error, waits) => {
    const { answer, slept } = open([error], waits);
    await expect(answer()).rejects.toBe(error);
    expect(slept).toEqual([]);
  });

  it("is told to the session, with the cause", () => {
    const { guard, event } = open([]);
    const said = guard.failed?.(event, { code: "guard_unable", message: "why" }) ?? [];
    expect(said.map(({ event: told }) => told)).toEqual([
      {
        type: "GuardFailed",
        data: { proposal: "w1.1", work_item: "w1", code: "guard_unable", reason: "why" },
      },
    ]);
  });
});

describe("a proposal that nobody vouches for", () => {
  it("is vetoed unjudged", async () => {
    const { guard, event } = open([]);
    const [emission] = await findHandler(guard, { ...event, attachments: {} })!({ signal });
    expect(emission?.event.data).toMatchObject({ proposal: "w1.1", layer: "system" });
  });
});
