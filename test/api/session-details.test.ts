import { describe, expect, it } from "vitest";
import { createSessionDetails } from "../../api/session-details.ts";
import { createMemorySnapshots } from "../../infra/snapshot-memory.ts";
import { stateOfFields } from "../../session/stages.ts";
import { emptyState, type StateFields } from "../../session/state.ts";
import { summaryOf } from "../../session/summary.ts";

async function stored(sessions: readonly string[]) {
  const snapshots = createMemorySnapshots();
  let loads = 0;
  const save = async (session: string, offset: number, more: Partial<StateFields> = {}) => {
    const empty = emptyState(session, "emea", "2026-01-05T10:00:00.000Z");
    const state = stateOfFields({ ...empty, ...more });
    const about = { session, partition: 0, offset, seq: offset, head: `h${offset}` };
    const snapshot = { ...about, state: JSON.stringify(state), summary: summaryOf(state) };
    await snapshots.save([snapshot], { partition: 0, offset, historyOffset: 0 });
  };
  for (const session of sessions) await save(session, 1);
  const load = (session: string) => {
    loads += 1;
    return snapshots.load(session);
  };
  const store = { load, version: (session: string) => snapshots.version(session) };
  return { snapshots, store, save, loads: () => loads };
}

describe("details of sessions", () => {
  it("are read once while they hold, and again when the session has moved on", async () => {
    const { store, save, snapshots, loads } = await stored(["s1"]);
    const details = createSessionDetails(store);
    const first = await details.of("s1");
    expect(JSON.parse(first?.text ?? "")).toMatchObject({ session: "s1", seq: 1, iteration: 0 });
    expect(await details.of("s1")).toEqual(first);
    expect(loads()).toBe(1);
    await save("s1", 2, { iteration: 4 });
    expect(JSON.parse((await details.of("s1"))?.text ?? "")).toMatchObject({
      seq: 2,
      iteration: 4,
    });
    expect(loads()).toBe(2);
    await snapshots.clear(0);
    expect(await details.of("s1")).toBeNull();
  });

  it("are dropped in the order in which they were asked for when they grow too many", async () => {
    const { store, loads } = await stored(["s1", "s2", "s3"]);
    const { text = "" } = (await createSessionDetails(store).of("s1")) ?? {};
    const details = createSessionDetails(store, text.length * 2);
    const before = loads();
    for (const session of ["s1", "s2", "s1", "s3", "s1"]) await details.of(session);
    expect(loads() - before).toBe(3);
    await details.of("s2");
    expect(loads() - before).toBe(4);
  });
});
