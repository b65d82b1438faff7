import { describe, expect, it } from "vitest";
import {
  createProposalTask,
  formatProposalTaskId,
  parseProposalTaskId,
} from "../../../api/a2a/proposal-task.ts";
import { TaskState } from "../../../api/a2a/sdk.ts";
import type { HistoryEntry } from "../../../session/audit.ts";

let seq = 0;
const entry = (type: string, data: object, id = `e${(seq += 1)}`): HistoryEntry =>
  ({
    line: { id, seq: (seq += 1), time: `2026-01-01T00:00:${String(seq % 60).padStart(2, "0")}Z` },
    event: { type, data },
  }) as unknown as HistoryEntry;
const taken = (work_item: string) =>
  entry("TaskStated", { work_item, kind: "free_text", attempt: 1 });
const ended = (work_item: string, outcome: string) =>
  entry("IterationCompleted", { work_item, outcome });
const submitted = [entry("ProposalSubmitted", {}, "p1"), entry("ProposalSubmitted", {}, "p2")];
const read = (event: string, ...more: HistoryEntry[]) =>
  createProposalTask([...submitted, ...more], formatProposalTaskId("s", event), {
    contextId: "c",
    messages: [],
  });
const stateOf = (event: string, ...more: HistoryEntry[]) => read(event, ...more).status?.state;

describe("a proposal as a task", () => {
  it("waits, works, and comes to what its own work item came to", () => {
    expect(stateOf("p1")).toBe(TaskState.TASK_STATE_SUBMITTED);
    expect(stateOf("p1", taken("w4"))).toBe(TaskState.TASK_STATE_WORKING);
    const history = [taken("w4"), ended("w4", "rejected"), taken("w5"), ended("w5", "accepted")];
    expect(stateOf("p1", ...history)).toBe(TaskState.TASK_STATE_REJECTED);
    expect(stateOf("p2", ...history)).toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it("asks for a person while an escalation is open, and not after the decision", () => {
    const open = [taken("w4"), entry("EscalationRaised", { work_item: "w4", escalation: "e" })];
    expect(stateOf("p1", ...open)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    const decided = entry("HumanDecided", { choice: "resume" });
    expect(stateOf("p1", ...open, decided)).toBe(TaskState.TASK_STATE_WORKING);
  });

  it("ends with a session that never took it up", () => {
    expect(stateOf("p2", taken("w4"), entry("SessionCompleted", { reason: "r" }))).toBe(
      TaskState.TASK_STATE_REJECTED,
    );
  });

  it("has an id that names session and event", () => {
    expect(parseProposalTaskId(formatProposalTaskId("s-1", "e~2"))).toEqual({
      session: "s-1",
      event: "e~2",
    });
    expect([parseProposalTaskId("s-1"), parseProposalTaskId("~e")]).toEqual([null, null]);
  });
});
