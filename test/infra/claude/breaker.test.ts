import { describe, expect, it } from "vitest";
import { createBreaker } from "../../../infra/claude/breaker.ts";

function open(failures: number) {
  let now = 0;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const breaker = createBreaker({ failures, cooldownMs: 100, clock });
  const wait = (ms: number) => {
    now += ms;
  };
  return { breaker, wait };
}

describe("a circuit", () => {
  it("opens after so many failures in a row, not in all", () => {
    const { breaker } = open(2);
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
  });

  it("lets one probe pass after its time, whose end decides", () => {
    const { breaker, wait } = open(1);
    breaker.failed();
    wait(99);
    expect(breaker.admits()).toBe(false);
    wait(1);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
    wait(100);
    expect(breaker.admits()).toBe(true);
    breaker.dropped();
    expect(breaker.admits()).toBe(true);
    breaker.succeeded();
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });

  it("never opens where it is switched off", () => {
    const { breaker } = open(0);
    for (let turn = 0; turn < 50; turn += 1) breaker.failed();
    expect(breaker.admits()).toBe(true);
  });
});
