import { describe, expect, it } from "vitest";
import { createAgentFailed, createJob } from "../../consumers/agent-task.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { task } from "../support/agent-jobs.ts";
import { recorded } from "../support/given.ts";

const failure = { code: "timeout", message: "late" };

describe("what an agent does with any task", () => {
  it("carries the session, the unit and the step that is paid for", () => {
    const event = recorded({ type: "TaskAssigned", data: task() });
    const { signal } = new AbortController();
    expect(createJob(event, { signal })).toEqual({
      session: "s1",
      businessUnit: "emea",
      step: event.envelope.id,
      signal,
    });
  });

  it("says that it failed for the attempt of the task", () => {
    const event = recorded({ type: "TaskAssigned", data: task({ attempt: 3 }) });
    expect(createAgentFailed("stakeholder", event, failure).data).toEqual({
      work_item: "w1",
      attempt: 3,
      role: "stakeholder",
      code: "timeout",
      message: "late",
      reasoner: BUILTIN_REASONER,
    });
  });

  it("says so for the attempt that a proposal's name holds, with what was paid", () => {
    const note = { ...BUILTIN_REASONER, kind: "claude", cost_usd: 0.1 };
    const review = recorded({
      type: "ReviewRequested",
      data: { proposal: "w2.4", work_item: "w2", timeout_s: 0 },
    });
    const failed = createAgentFailed("business_analyst", review, { ...failure, note });
    expect(failed.data).toMatchObject({ attempt: 4, reasoner: { cost_usd: 0.1 } });
  });
});
