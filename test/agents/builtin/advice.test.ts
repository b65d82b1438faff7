import { describe, expect, it } from "vitest";
import { adviseBusiness } from "../../../agents/builtin/advice.ts";
import { adviseJob, SETTINGS, task, trained } from "../../support/agent-jobs.ts";
import { smallConfig } from "../../support/small-model.ts";

const PATH = "hyperparameters.tv.decay";
const ask = (text: string) =>
  adviseBusiness(adviseJob({ task: task({ kind: "free_text", text }) }), SETTINGS);

describe("the Business Analyst's advice", () => {
  it("is a range asked for in words, cut to the range in force", () => {
    const bound = adviseJob().bounds.get(PATH);
    expect(ask("tv decay between 0.4 and 0.5").constraints).toMatchObject([
      { path: PATH, min: 0.4, max: 0.5 },
    ]);
    expect(ask("tv decay between 0.01 and 0.99").constraints).toMatchObject([
      { path: PATH, min: bound?.min, max: bound?.max },
    ]);
  });

  it("is close ranges after refusals of a tuning", () => {
    const feedback = ["search: ROI 40 is not plausible"];
    const advice = adviseBusiness(adviseJob({ task: task({ feedback }) }), SETTINGS);
    expect(advice.kind).toBe("constraints");
    expect(advice.constraints.every(({ path }) => path.includes(".search."))).toBe(true);
  });

  it("is figures in words where nothing is asked", () => {
    expect(ask("how is tv doing?")).toMatchObject({
      kind: "advice",
      text: "There is no trained model yet.",
      constraints: [],
    });
    const job = adviseJob({
      task: task({ kind: "free_text", text: "how is tv doing?" }),
      trained: trained(smallConfig()),
    });
    expect(adviseBusiness(job, SETTINGS).text).toMatch(/tv: ROI .*half-life .*weeks/);
  });
});
