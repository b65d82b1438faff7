import { describe, expect, it } from "vitest";
import { API_SETTINGS } from "../../../api/http/settings.ts";
import { createQueue, type Waiting } from "../../../api/intake/queue.ts";
import {
  computeUnitLoads,
  computeUnitStatus,
  countRunningByUnit,
} from "../../../api/intake/status.ts";

const row = (session: string, business_unit: string, offset: number): Waiting => ({
  session,
  business_unit,
  requested_by: "ann",
  since: `2026-01-01T00:00:0${offset}.000Z`,
  offset,
  record: {} as never,
  admitted: false,
});
const { intake: settings } = API_SETTINGS.parse({
  intake: { business_units: { apac: { running_max: 2, weight: 3 } } },
});
const running = [
  { session: "r1", business_unit: "emea", status: "running" },
  { session: "r2", business_unit: "emea", status: "waiting" },
];
const snapshots = {
  list: ({ status }: { status?: string }) =>
    Promise.resolve(running.filter((one) => one.status === status)),
} as never;

describe("what waits and runs by unit", () => {
  it("counts sessions that wait for a person as running, and those just admitted, once", async () => {
    const queue = createQueue(0);
    queue.add(row("r1", "emea", 0));
    queue.add(row("n1", "apac", 1));
    queue.add(row("n2", "apac", 2));
    queue.admit("r1");
    queue.admit("n1");
    expect(await countRunningByUnit(snapshots, queue)).toEqual(
      new Map([
        ["emea", 2],
        ["apac", 1],
      ]),
    );
    expect(await computeUnitStatus({ queue, snapshots, settings })).toEqual([
      {
        business_unit: "apac",
        queued: 1,
        running: 1,
        running_max: 2,
        weight: 3,
        oldest: "2026-01-01T00:00:02.000Z",
      },
      { business_unit: "emea", queued: 0, running: 2, running_max: 8, weight: 1, oldest: null },
    ]);
  });

  it("gives a unit without a row of its own the default", () => {
    const queue = createQueue(0);
    queue.add(row("a", "latam", 4));
    expect(computeUnitLoads({ queue, settings }, new Map())).toEqual([
      { unit: "latam", running: 0, running_max: 8, weight: 1, oldest: 4 },
    ]);
  });
});
