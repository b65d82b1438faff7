/** Which session a person means. */
import { describe, expect, it } from "vitest";
import { findSessionId } from "../../../app/sessions/find-session.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import type { SessionSummary, Snapshot } from "../../../session/ports.ts";

const SUMMARY: SessionSummary = {
  session: "",
  business_unit: "unit",
  status: "completed",
  phase: "",
  iteration: 1,
  requested_by: "someone",
  started: "2026-01-01T00:00:00.000Z",
  updated: "2026-01-01T00:00:00.000Z",
  baseline_loss: null,
  best_loss: null,
  open_escalation: null,
  deadline: null,
};

async function storeWith(rows: readonly Partial<SessionSummary>[]) {
  const store = createMemorySnapshots();
  const snapshots = rows.map((row, index): Snapshot => {
    const summary = { ...SUMMARY, ...row };
    const { session } = summary;
    return {
      session,
      partition: 0,
      offset: index,
      seq: 1,
      head: "",
      state: "",
      summary,
    } as Snapshot;
  });
  await store.save(snapshots, { partition: 0, offset: 0, historyOffset: 0 });
  return store;
}

describe("the session that is meant", () => {
  it("is the id, also where it is the start of another one", async () => {
    const store = await storeWith([{ session: "ab" }, { session: "abcd" }]);
    expect(await findSessionId(store, "ab")).toBe("ab");
  });

  it("is the only one that begins so", async () => {
    const store = await storeWith([{ session: "5f0c11" }, { session: "5f1d22" }]);
    expect(await findSessionId(store, "5f0")).toBe("5f0c11");
    await expect(findSessionId(store, "5f")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/2 sessions begin so \(5f0c11, 5f1d22\)/),
    });
    expect(await findSessionId(store, "unheard")).toBe("unheard");
  });

  it("is the one started last, whatever else happened since, over many pages", async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => ({
      session: `s${String(n).padStart(5, "0")}`,
    }));
    const store = await storeWith([
      ...rows,
      { session: "a-old", updated: "2026-09-09T00:00:00.000Z" },
      { session: "s99999", started: "2026-02-02T00:00:00.000Z" },
      { session: "t-log", status: "log", started: "2026-12-01T00:00:00.000Z" },
    ]);
    expect(await findSessionId(store, "latest")).toBe("s99999");
  });

  it("is asked for where there is none", async () => {
    const store = await storeWith([]);
    await expect(findSessionId(store, "latest")).rejects.toMatchObject({ code: "not_found" });
    await expect(findSessionId(store, "")).rejects.toMatchObject({ code: "usage" });
  });
});
