import { expect, it } from "vitest";
import { readHistory, requireHistory } from "../../app/history-reader.ts";
import { createMemoryLog } from "../../infra/memory/log.ts";
import { createEventRecord } from "../../producers/publish.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { deriveEventId } from "../../schemas/event.ts";
import { recorded, routed, vetoed } from "../support/given.ts";

const clock = { now: () => 0, sleep: () => Promise.resolve() };

it("a session's history is its own records, in order, and an unknown session has none", async () => {
  const log = createMemoryLog({ partitions: 1, clock });
  const events = [recorded(routed("w1.1")), recorded(vetoed("w1.1"))];
  const record = (event: (typeof events)[number], session: string, seq: number) => {
    const made = createEventRecord(TOPICS.history, event, {
      ...event.envelope,
      id: deriveEventId(session, "test", seq),
      session,
    });
    return { ...made, headers: { ...made.headers, ce_seq: String(seq), ce_hash: "h" } };
  };
  await log.append([
    record(events[0]!, "s1", 0),
    record(events[0]!, "s2", 0),
    record(events[1]!, "s1", 1),
  ]);
  const found = await readHistory(log, "s1");
  expect(found.map(({ line }) => [line.seq, line.type])).toEqual([
    [0, "ProposalRouted"],
    [1, "ProposalVetoed"],
  ]);
  expect(await readHistory(log, "s9")).toEqual([]);
  await expect(requireHistory(log, "s9")).rejects.toMatchObject({ code: "not_found" });
});
