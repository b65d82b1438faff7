import { expect, it } from "vitest";
import { findHandler } from "../../consumers/loop/consumer.ts";
import { createStakeholder } from "../../consumers/stakeholder.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import type { DecideJob } from "../../agents/reasoners.ts";
import { decideJob } from "../support/agent-jobs.ts";
import { recorded } from "../support/given.ts";

const job = decideJob();
const event = {
  ...recorded({ type: "ApprovalRequested", data: job.request }),
  attachments: {
    context: JSON.stringify({ ...job.figures, business_context: '{"business_unit":"emea"}' }),
  },
};

it("the Stakeholder decides on the figures that came with the request", async () => {
  const asked: DecideJob[] = [];
  const stakeholder = createStakeholder({
    reasoners: {
      decide: (given: DecideJob) => {
        asked.push(given);
        return Promise.resolve({ decision: "approve", note: BUILTIN_REASONER });
      },
    },
  } as never);
  const [said] = await findHandler(stakeholder, event)!({
    signal: new AbortController().signal,
  });
  expect(said?.event).toEqual({
    type: "DeploymentDecided",
    data: { decision: "approve", reasoner: BUILTIN_REASONER },
  });
  expect(asked[0]).toMatchObject({
    request: { final_digest: "digest" },
    figures: { methodology_unchanged: true },
    config: { model_id: "small" },
    context: { business_unit: "emea" },
  });
});
