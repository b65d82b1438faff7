import { describe, expect, it } from "vitest";
import { createStakeholder } from "../../consumers/stakeholder.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import type { DecideJob } from "../../agents/reasoners.ts";
import { decideJob, evidence, evidenceFlag } from "../support/agent-jobs.ts";
import { recorded } from "../support/given.ts";

const job = decideJob();
const approval = (posterior: string | null) => ({
  ...recorded({ type: "ApprovalRequested", data: job.request }),
  attachments: {
    context: JSON.stringify({
      ...job.figures,
      business_context: '{"business_unit":"emea"}',
      baseline: { ...job.figures.baseline, posterior },
    }),
  },
});
const event = approval(null);

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
  const [said] = await stakeholder.handle(event, { signal: new AbortController().signal });
  expect(said?.event).toEqual({
    type: "DeploymentDecided",
    data: { decision: "approve", reasoner: BUILTIN_REASONER },
  });
  expect(asked[0]).toMatchObject({
    request: { final_digest: "final digest" },
    figures: { methodology_unchanged: true },
    config: { model_id: "small" },
    context: { business_unit: "emea" },
  });
  expect(stakeholder.handles).toContain(event.type);
});

const none = { low: 0, median: 0, high: 0 };
const POSTERIOR = {
  level: 0.9,
  method: "posterior",
  draws: 800,
  draws_digest: null,
  diagnostics: {
    converged: true,
    r_hat_max: 1,
    ess_min: 500,
    divergences: 0,
    chains: 4,
    draws_per_chain: 200,
  },
  channels: {},
  baseline: { contribution: none, share: none },
};

describe("the evidence beside the model of record", () => {
  async function askedWith(posterior: object | null): Promise<DecideJob["posterior"] | undefined> {
    const asked: DecideJob[] = [];
    const stakeholder = createStakeholder({
      reasoners: {
        decide: (given: DecideJob) => {
          asked.push(given);
          return Promise.resolve({ decision: "approve", note: BUILTIN_REASONER });
        },
      },
    } as never);
    const text = posterior === null ? null : JSON.stringify(posterior);
    await stakeholder.handle(approval(text), { signal: new AbortController().signal });
    return asked[0]?.posterior;
  }

  it("reaches the Stakeholder with whether the sampler converged", async () => {
    const own = evidence({ flags: [evidenceFlag()] });
    const found = await askedWith({ ...POSTERIOR, evidence: own });
    expect(found).toEqual({ sampler_converged: true, evidence: own });
    const rough = { ...POSTERIOR.diagnostics, converged: false };
    const unsettled = await askedWith({ ...POSTERIOR, diagnostics: rough, evidence: own });
    expect(unsettled?.sampler_converged).toBe(false);
  });

  it("is none where there is none, and none where it has another form", async () => {
    expect(await askedWith(null)).toBeNull();
    expect(await askedWith(POSTERIOR)).toBeNull();
    for (const broken of [{ flags: [] }, { ...evidence(), more: 1 }, "yes"]) {
      expect(await askedWith({ ...POSTERIOR, evidence: broken })).toBeNull();
    }
    const sure = evidence();
    const beyond = { ...sure.plan, gain: { ...sure.plan.gain, probability: 7 } };
    expect(await askedWith({ ...POSTERIOR, evidence: { ...sure, plan: beyond } })).toBeNull();
  });
});
