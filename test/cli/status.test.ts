/** `mmm status` names the sessions that nobody will move on, and no others. */
import { expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { openSqliteState } from "../../infra/sqlite/state.ts";
import { sendToInbox } from "../../producers/request.ts";
import { summary } from "../contract/snapshot-contract.ts";
import { mmm, scratch } from "../support/mmm.ts";
import { inputOf, requestData } from "../support/system.ts";

const OLD = "2026-01-02T00:00:00.000Z";

test("a session is stranded when it is quiet, waits for no person, and all of its partition is read", async () => {
  const stateDir = scratch();
  const state = openSqliteState(stateDir, { clock: systemClock, partitions: 12 });
  await state.log.ensureTopics();
  const partitionOf = (session: string): number => state.log.partitionOf(session);
  const busy = "s0";
  const idle = Array.from({ length: 20 }, (_, index) => `t${index}`).filter(
    (name) => partitionOf(name) !== partitionOf(busy),
  );
  const rows = {
    [idle[0] as string]: summary(idle[0] as string, { updated: OLD, phase: "p" }),
    [idle[1] as string]: summary(idle[1] as string, {
      updated: OLD,
      phase: "p",
      status: "waiting",
      open_escalation: "e1",
    }),
    [idle[2] as string]: summary(idle[2] as string, {
      updated: new Date().toISOString(),
      phase: "p",
    }),
    [busy]: summary(busy, { updated: OLD, phase: "p" }),
  };
  for (const [session, line] of Object.entries(rows)) {
    const partition = partitionOf(session);
    const one = { session, partition, offset: 1, seq: 1, head: "h", state: "{}", summary: line };
    await state.snapshots.save([one], { partition, offset: 1, historyOffset: 0 });
  }
  const event = { type: "SessionRequested", data: requestData() } as const;
  await sendToInbox(state.log, inputOf(busy, "again"), event);
  await state.log.flush();
  await state.close();

  const told = mmm(["status", "--json", "--state-dir", stateDir]);
  expect(told.code, told.err).toBe(0);
  const found = JSON.parse(told.out) as { session: string; stranded?: boolean }[];
  expect(found.filter(({ stranded }) => stranded === true).map(({ session }) => session)).toEqual([
    idle[0],
  ]);
  expect(mmm(["status", "--state-dir", stateDir]).out).toContain("running (stranded)");
});
