/** How a work item comes about and changes. */
import { describe, expect, it } from "vitest";
import type { EventData } from "../../schemas/event.ts";
import { baselineItem, item, taskItem } from "../../session/work-item.ts";
import { tuningState, workItem } from "../support/given.ts";

const TASK: EventData<"TaskStated"> = {
  work_item: "w1",
  iteration: 1,
  attempt: 2,
  kind: "tune",
  author: "system",
  text: "other words",
  pinned: null,
  excluded: [],
  feedback: [],
  constraints: [],
  instruction: "stay low",
  base_digest: "base",
  seed: 1,
  evaluations: 1,
  timeout_s: 60,
};

describe("a work item", () => {
  it("changes only where there is one", () => {
    const one = workItem();
    expect(item(tuningState({ work_item: one }), { raw: "r" })).toEqual({ ...one, raw: "r" });
    expect(item(tuningState(), { raw: "r" })).toBeNull();
  });

  it("keeps words, refusals, feedback and roles over its attempts, and nothing of the last", () => {
    const before = workItem({
      text: "the words",
      rejections: 1,
      feedback: ["no"],
      alternatives: ["business_analyst"],
      originator: "data_scientist",
      raw: "old",
      content_digest: "old",
      search_score: 0.5,
    });
    expect(taskItem(tuningState({ work_item: before }), TASK)).toMatchObject({
      text: "the words",
      attempt: 2,
      rejections: 1,
      feedback: ["no"],
      alternatives: ["business_analyst"],
      originator: "data_scientist",
      instruction: "stay low",
      raw: null,
      content_digest: null,
      candidate: null,
      search_score: null,
      role: null,
    });
  });

  it("begins anew under another name", () => {
    const before = workItem({ rejections: 2, feedback: ["no"] });
    expect(
      taskItem(tuningState({ work_item: before }), { ...TASK, work_item: "w2" }),
    ).toMatchObject({
      id: "w2",
      text: "other words",
      rejections: 0,
      feedback: [],
      originator: null,
    });
  });

  it("of the baseline holds the baseline's text", () => {
    const state = tuningState({ baseline_text: "{}" });
    expect(baselineItem(state)).toMatchObject({
      id: "w0",
      raw: "{}",
      author: "system",
      attempt: 1,
    });
  });
});
