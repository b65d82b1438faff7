import { describe, expect, it } from "vitest";
import { createQueue, type Waiting } from "../../../api/intake/queue.ts";

const row = (session: string, business_unit: string, offset: number): Waiting => ({
  session,
  business_unit,
  requested_by: "ann",
  since: "2026-01-01T00:00:00.000Z",
  offset,
  record: {} as never,
  admitted: false,
});

function filled() {
  const queue = createQueue(10);
  queue.add(row("a", "emea", 10));
  queue.passOver(11);
  queue.add(row("b", "apac", 12));
  queue.add(row("c", "emea", 13));
  queue.add(row("a", "emea", 14));
  return queue;
}

describe("requests in hand", () => {
  it("stand in order per unit, each once", () => {
    const queue = filled();
    expect(queue.size).toBe(3);
    expect(queue.next).toBe(15);
    expect([...queue.units()]).toEqual(["emea", "apac"]);
    expect([queue.head("emea")?.session, queue.queuedOf("emea")]).toEqual(["a", 2]);
    expect(queue.head("nowhere")).toBeNull();
  });

  it("wait no more once admitted, and hold the low-water mark until they are dropped", () => {
    const queue = filled();
    queue.admit("a");
    expect(queue.head("emea")?.session).toBe("c");
    expect(queue.waiting().map(({ session }) => session)).toEqual(["b", "c"]);
    expect(queue.admitted().map(({ session }) => session)).toEqual(["a"]);
    expect(queue.lowWater).toBe(10);
    queue.drop("a");
    expect([queue.lowWater, queue.find("a")]).toEqual([12, null]);
    for (const session of ["b", "c", "unknown"]) queue.drop(session);
    expect([queue.lowWater, queue.size]).toEqual([15, 0]);
  });
});
