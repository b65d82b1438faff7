import { describe, expect, it } from "vitest";
import { findHandler } from "../../consumers/loop/consumer.ts";
import { createBusinessAnalyst } from "../../consumers/business-analyst.ts";
import type { ReviewJob } from "../../agents/reasoners.ts";
import type { Event, EventOf } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { recorded, trained } from "../support/given.ts";
import { smallConfig } from "../support/small-model.ts";

const review: Event = {
  type: "ReviewRequested",
  data: { proposal: "w1.2", work_item: "w1", timeout_s: 0 },
};
const model = (trained("w1.2", "d", 0.1) as EventOf<"ModelTrained">).data;
const handling = { signal: new AbortController().signal };
const ask = (more: object) => {
  const asked: ReviewJob[] = [];
  const analyst = createBusinessAnalyst({
    reasoners: {
      review: (job: ReviewJob) => {
        asked.push(job);
        return Promise.resolve({
          verdict: "approve",
          findings: [],
          constraints: [],
          summary: "fine",
          note: BUILTIN_REASONER,
        });
      },
    },
  } as never);
  const context = JSON.stringify({
    business_context: '{"business_unit":"emea"}',
    config: JSON.stringify(smallConfig()),
    candidate: model,
    baseline: model,
    ...more,
  });
  const event = { ...recorded(review), attachments: { context } };
  return { asked, answer: findHandler(analyst, event)!(handling), analyst };
};

describe("the Business Analyst", () => {
  it("reviews what was trained against the baseline, in the business's words", async () => {
    const { asked, answer } = ask({});
    expect((await answer)[0]?.event).toEqual({
      type: "BusinessReviewed",
      data: {
        proposal: "w1.2",
        verdict: "approve",
        findings: [],
        constraints: [],
        summary: "fine",
        reasoner: BUILTIN_REASONER,
      },
    });
    expect(asked[0]).toMatchObject({ candidate: model, context: { business_unit: "emea" } });
  });

  it("reviews nothing where either model is missing", async () => {
    for (const more of [{ candidate: null }, { baseline: null }]) {
      const { answer, asked } = ask(more);
      await expect(answer).rejects.toMatchObject({ code: "event_invalid" });
      expect(asked).toEqual([]);
    }
  });

  it("says that it failed, about the proposal's attempt", () => {
    const { analyst } = ask({});
    const [said] = analyst.failed?.(recorded(review), { code: "timeout", message: "late" }) ?? [];
    expect(said?.event.data).toMatchObject({
      attempt: 2,
      role: "business_analyst",
      code: "timeout",
    });
  });
});
