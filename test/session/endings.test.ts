/** Refusals, escalations and ends as events. */
import { describe, expect, it } from "vitest";
import { sha256 } from "../../schemas/canonical.ts";
import { completed, escalate, reject, requestLockedTest } from "../../session/endings.ts";
import { stateOfFields } from "../../session/stages.ts";
import { emptyState, type TuningSession, type WorkItem } from "../../session/state.ts";
import { tuningState, workItem } from "../support/given.ts";

function withItem(more: Partial<WorkItem>, fields: Partial<TuningSession> = {}): TuningSession {
  return tuningState({ iteration: 1, work_item: workItem({ attempt: 2, ...more }), ...fields });
}

describe("a refusal", () => {
  it.each([
    ["the guard's digest of the content", { content_digest: "d", raw: "r" }, "d"],
    ["the raw proposal", { raw: "r" }, sha256("r")],
    ["a person's text where nothing was proposed", { author: "person", text: "t" }, sha256("t")],
    [
      "this work item where there is neither",
      { author: "system" },
      sha256("nothing proposed in w1"),
    ],
  ] as const)("is about %s", (_what, more, digest) => {
    expect(reject(withItem(more), "system", "no").data).toMatchObject({
      work_item: "w1",
      proposal: "w1.2",
      content_digest: digest,
      by: "system",
      reason: "no",
    });
  });

  it.each([
    [0, 1, "originator"],
    [1, 2, "alternative"],
    [2, 3, "person"],
  ])("after %i is the %i. and goes to the %s", (rejections, count, next) => {
    expect(reject(withItem({ rejections }), "system", "no").data).toMatchObject({ count, next });
  });

  it("counts what was refused under another id", () => {
    const state = withItem({ content_digest: "d" }, { refusals: { d: 2 } });
    expect(reject(state, "system", "no").data).toMatchObject({ count: 3, next: "person" });
  });

  it("says its reason escaped and capped", () => {
    const { reason } = reject(withItem({}), "system", `\u0007${"x".repeat(3000)}`).data as {
      reason: string;
    };
    expect(reason.startsWith("\\u{7}")).toBe(true);
    expect(reason.length).toBeLessThan(2100);
  });
});

describe("an escalation", () => {
  it("has all that a person needs, numbered in order", () => {
    const violations = [{ code: "c", message: "m" }] as unknown as WorkItem["violations"];
    const state = withItem({ raw: "proposed", violations, feedback: ["a", "b"] });
    const second = { ...state, counters: { ...state.counters, escalations: 1 } };
    expect(escalate(second, "third refusal").data).toEqual({
      escalation: "e2",
      work_item: "w1",
      iteration: 1,
      reason: "third refusal",
      proposed: "proposed",
      violations,
      feedback: ["a", "b"],
      options: ["resume", "keep_current", "abort"],
      default_choice: "keep_current",
      timeout_s: 3600,
    });
  });

  it("shows the task's text where nothing was proposed", () => {
    expect(escalate(withItem({ raw: null, text: "lower" }), "r").data).toMatchObject({
      proposed: "lower",
    });
  });
});

describe("the end", () => {
  it("asks for the locked weeks of the baseline and of what is in force", () => {
    const state = tuningState();
    const accepted = { ...state.accepted, config_digest: "better" };
    expect(requestLockedTest({ ...state, accepted }, "why").data).toEqual({
      final_digest: "better",
      baseline_digest: "base",
      stopped_because: "why",
    });
  });

  it("states methodology, counts and configuration, null where there are none", () => {
    const state = tuningState({ iteration: 2 });
    const counters = {
      ...state.counters,
      vetoes: 1,
      rejections: 2,
      escalations: 3,
      evaluations: 4,
    };
    const closing = stateOfFields({ ...state, counters, stopped_because: "x" });
    expect(completed(closing, "completed", "done").data).toEqual({
      status: "completed",
      reason: "done",
      methodology_digest_start: "method",
      methodology_digest_end: "method",
      final_digest: "base",
      iterations: 2,
      proposals_tried: 1,
      vetoes: 1,
      rejections: 2,
      escalations: 3,
      evaluations: 4,
    });
    expect(completed(emptyState("s", "u", "t"), "cancelled", "").data).toMatchObject({
      methodology_digest_start: null,
      methodology_digest_end: null,
      final_digest: null,
    });
  });
});
