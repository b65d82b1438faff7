import { expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";

it("a sleep ends at once when its signal aborts, before or during it", async () => {
  const gone = AbortSignal.abort();
  await systemClock.sleep(3_600_000, gone);
  const controller = new AbortController();
  const sleep = systemClock.sleep(3_600_000, controller.signal);
  controller.abort();
  await sleep;
});

it("a short sleep ends by itself, and time goes on", async () => {
  const before = systemClock.now();
  expect(before).toBeGreaterThan(Date.UTC(2020, 0));
  await systemClock.sleep(1);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});
