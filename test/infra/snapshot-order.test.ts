import { describe, expect, it } from "vitest";
import {
  assertCheckpointMatches,
  formatVersion,
  isNewer,
  selectSummaries,
} from "../../infra/snapshot-order.ts";
import type { SessionSummary, Snapshot } from "../../session/ports.ts";

const snapshot = (offset: number, seq: number) => ({ offset, seq, head: "h" }) as Snapshot;
const summary = (session: string, more: Partial<SessionSummary> = {}) =>
  ({
    session,
    business_unit: "emea",
    status: "running",
    updated: "2026-01-02T00:00:00.000Z",
    ...more,
  }) as SessionSummary;

describe("which of two snapshots is newer", () => {
  it("is told by the inbox, then by the history", () => {
    expect(isNewer(snapshot(1, 1), null)).toBe(true);
    expect(isNewer(snapshot(2, 1), snapshot(1, 9))).toBe(true);
    expect(isNewer(snapshot(1, 9), snapshot(2, 1))).toBe(false);
    expect(isNewer(snapshot(1, 2), snapshot(1, 1))).toBe(true);
    expect(isNewer(snapshot(1, 1), snapshot(1, 1))).toBe(false);
    expect(formatVersion(undefined)).toBeNull();
    expect(formatVersion(snapshot(1, 2))).not.toBe(formatVersion(snapshot(12, 2)));
  });

  it("is not asked where the stored checkpoint is another", () => {
    const at = (offset: number, historyOffset: number) => ({ partition: 0, offset, historyOffset });
    expect(() => assertCheckpointMatches(at(1, 2), at(1, 2))).not.toThrow();
    expect(() => assertCheckpointMatches(null, null)).not.toThrow();
    for (const onto of [at(1, 3), at(2, 2), null]) {
      expect(() => assertCheckpointMatches(at(1, 2), onto)).toThrow(
        expect.objectContaining({ code: "snapshot_unavailable" }),
      );
    }
  });
});

describe("a filter", () => {
  it("asks for unit, status, time and page, in order of the session", () => {
    const all = [
      summary("c"),
      summary("a", { business_unit: "apac" }),
      summary("d", { status: "completed" }),
      summary("b", { updated: "2026-01-01T00:00:00.000Z" }),
    ];
    const ids = (filter: object) => selectSummaries(all, filter).map(({ session }) => session);
    expect(ids({})).toEqual(["a", "b", "c", "d"]);
    expect(ids({ business_unit: "emea", status: "running" })).toEqual(["b", "c"]);
    expect(ids({ since: "2026-01-02T01:00:00+01:00" })).toEqual(["a", "c", "d"]);
    expect(ids({ after: "a", limit: 2 })).toEqual(["b", "c"]);
  });
});
