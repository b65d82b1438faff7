/** Trying again by a policy: time is counted, not waited for. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MmmError } from "../../../schemas/errors.ts";
import {
  addJitter,
  createPolicy,
  doubling,
  isRetriable,
  retry,
} from "../../../session/waiting/retry.ts";

/** A clock that notes its sleeps; `aborting` calls off during the nth of them. */
function notingClock(aborting?: { readonly at: number; readonly halt: AbortController }) {
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    slept.push(ms);
    if (slept.length === aborting?.at) aborting.halt.abort(new Error("called off"));
  };
  return { slept, clock: { sleep } };
}

/** Work that fails so many times. */
const failing = (times: number) => async (tries: number) => {
  if (tries <= times) throw new MmmError("timeout", `try ${tries}`);
  return tries;
};

test("gives what the first successful try gives, after the policy's pauses", async () => {
  const { slept, clock } = notingClock();
  const policy = createPolicy({ pauseMs: doubling(10, 50) });
  expect(await retry(failing(5), { policy, clock })).toBe(6);
  expect(slept).toEqual([10, 20, 40, 50, 50]);
});

test("gives up with the last error after the last try, and tells of every failure", async () => {
  const { slept, clock } = notingClock();
  const told: (number | null)[] = [];
  const policy = createPolicy({ pauseMs: () => 7, triesMax: 3 });
  const failed = (_error: unknown, pauseMs: number | null) => void told.push(pauseMs);
  await expect(retry(failing(9), { policy, clock, failed })).rejects.toThrow("try 3");
  expect(slept).toEqual([7, 7]);
  expect(told).toEqual([7, 7, null]);
});

test("does not try again what a later try cannot mend", async () => {
  const { slept, clock } = notingClock();
  const policy = createPolicy({ pauseMs: () => 7, canHelp: isRetriable });
  const work = async () => {
    throw new MmmError("usage", "wrong for good");
  };
  await expect(retry(work, { policy, clock })).rejects.toThrow("wrong for good");
  expect(slept).toEqual([]);
  expect([isRetriable(new MmmError("fenced", "")), isRetriable(new Error("x"))]).toEqual([
    true,
    false,
  ]);
});

test("ends with the signal's reason where it is called off", async () => {
  const halt = new AbortController();
  const { slept, clock } = notingClock({ at: 2, halt });
  const policy = createPolicy({ pauseMs: () => 7 });
  const { signal } = halt;
  await expect(retry(failing(9), { policy, clock, signal })).rejects.toThrow("called off");
  expect(slept).toEqual([7, 7]);
  let asked = 0;
  const watching = () => {
    asked += 1;
    return 7;
  };
  await expect(retry(failing(9), { policy: watching, clock, signal })).rejects.toThrow(
    "called off",
  );
  expect(asked).toBe(0);
});

test("jitter keeps a pause between its half and itself, and behind what a server has named", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 600_000 })),
      (pauseMs, random, askedMs) => {
        const pause = addJitter(pauseMs, random, askedMs);
        expect(pause).toBeGreaterThanOrEqual(pauseMs / 2);
        expect(pause).toBeGreaterThanOrEqual(askedMs ?? 0);
        expect(pause).toBeLessThanOrEqual(Math.max(pauseMs, (askedMs ?? 0) + pauseMs / 2));
      },
    ),
  );
});
