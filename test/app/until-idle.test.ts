import { expect, it } from "vitest";
import { waitUntilIdle } from "../../app/until-idle.ts";

function fleet(running: number[], waiting: number[]) {
  let polls = 0;
  const app = {
    clock: {
      now: () => 0,
      sleep: () => {
        polls += 1;
        return Promise.resolve();
      },
    },
    snapshots: {
      list: () => Promise.resolve(Array.from({ length: running[polls - 1] ?? 0 }, () => ({}))),
    },
  };
  const observed = { waiting: () => Promise.resolve(waiting[polls - 1] ?? 0) };
  return { polls: () => polls, app: app as never, observed };
}

it("a worker is idle when no session runs and nothing waits, both at once", async () => {
  const { app, observed, polls } = fleet([1, 0, 1, 0], [0, 3, 0, 0]);
  await waitUntilIdle(app, observed, new AbortController().signal);
  expect(polls()).toBe(4);
});

it("and stops waiting when it is told to", async () => {
  const { app, observed, polls } = fleet([9, 9, 9], [9, 9, 9]);
  await waitUntilIdle(app, observed, AbortSignal.abort());
  expect(polls()).toBe(0);
});
