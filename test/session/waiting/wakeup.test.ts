/** A rest that somebody else can end early; time is counted, not waited for. */
import { expect, test } from "vitest";
import type { Clock } from "../../../session/ports.ts";
import { Wakeup } from "../../../session/waiting/wakeup.ts";

/** A clock whose sleeps end when the test says so, or by their signal. */
function handClock() {
  const sleeping: { readonly ms: number; readonly end: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        sleeping.push({ ms, end: resolve });
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  return { clock, sleeping };
}

test("rests as long as it was asked to where nobody wakes it", async () => {
  const { clock, sleeping } = handClock();
  const rest = new Wakeup().rest(clock, 70);
  expect(sleeping.map(({ ms }) => ms)).toEqual([70]);
  sleeping[0]?.end();
  expect(await rest).toBe(false);
});

test("ends when it is woken, however often, and rests again the next time", async () => {
  const { clock, sleeping } = handClock();
  const wakeup = new Wakeup();
  const rest = wakeup.rest(clock, 70);
  wakeup.wake();
  wakeup.wake();
  expect(await rest).toBe(true);
  const again = wakeup.rest(clock, 80);
  expect(sleeping).toHaveLength(2);
  sleeping[1]?.end();
  expect(await again).toBe(false);
});

test("keeps a call that came while nobody rested for the next rest, once", async () => {
  const { clock, sleeping } = handClock();
  const wakeup = new Wakeup();
  wakeup.wake();
  expect(await wakeup.rest(clock, 70)).toBe(true);
  const next = wakeup.rest(clock, 70);
  expect(sleeping).toHaveLength(1);
  sleeping[0]?.end();
  expect(await next).toBe(false);
});

test("ends with a signal without having been woken", async () => {
  const { clock } = handClock();
  const halt = new AbortController();
  const rest = new Wakeup().rest(clock, 70, halt.signal);
  halt.abort();
  expect(await rest).toBe(false);
});
