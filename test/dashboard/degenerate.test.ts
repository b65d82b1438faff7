/** Data that a model cannot learn from: the report still draws, and no figure is NaN. */
import { describe, expect, it } from "vitest";
import { createBuiltinReasoners } from "../../agents/builtin/reasoners.ts";
import { toTrainedFields } from "../../consumers/trainer/builtin.ts";
import { computeModelDetail } from "../../dashboard/model-detail.ts";
import { renderReport } from "../../dashboard/report.ts";
import { parseModelConfig } from "../../model/config.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { trainModel } from "../../model/train.ts";
import { proposeJob, reviewJob, SETTINGS, SPEC, task } from "../support/agent-jobs.ts";
import { smallCsv } from "../support/small-model.ts";
import { smallReport } from "./report-fixture.ts";

/** The small data with four channels that carry no information of their own. */
const csv = smallCsv()
  .trimEnd()
  .split("\n")
  .map((line, at) => {
    const tv = Number(line.split(",")[2]);
    return at === 0
      ? `${line},zero,constant,spike,twin`
      : `${line},0,100,${at === 60 ? 5000 : 0},${tv}`;
  })
  .join("\n");

const config = parseModelConfig({
  model_id: "degenerate",
  data: { path: "d.csv", date: "date", target: "sales" },
  channels: [
    { name: "tv", spend: "tv_spend", media_type: "tv" },
    { name: "search", spend: "search_spend", media_type: "search" },
    { name: "nothing", spend: "zero", media_type: "radio" },
    { name: "steady", spend: "constant", media_type: "print" },
    { name: "once", spend: "spike", media_type: "ooh" },
    { name: "twin", spend: "twin", media_type: "video" },
  ],
});
const dataset = parseDataset(csv, config);
const model = {
  ...toTrainedFields(trainModel(dataset, config, { seed: 1 }), "digest"),
  proposal: "w0.1",
  config_digest: "digest",
  trainer: "builtin",
  fold_losses: [],
  posterior: null,
  posterior_digest: null,
  posterior_signature: null,
};
const reasoners = createBuiltinReasoners({
  load: async () => ({ dataset, digest: "digest" }),
  settings: SETTINGS,
  spec: SPEC,
});

describe("channels without information", () => {
  it("leave no NaN in the report and are named in its caveats", () => {
    const page = renderReport(
      smallReport({ detail: computeModelDetail(dataset, config, { seed: 1 }) }),
    );
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    for (const name of ["nothing", "steady", "once", "twin"]) {
      expect(page, name).toMatch(new RegExp(`&quot;${name}&quot;`));
    }
  });

  it("leave no NaN in a review, and what it says has sources", async () => {
    const job = reviewJob({ config, candidate: model, baseline: model });
    const { findings, summary } = await reasoners.review(job);
    expect(summary).not.toMatch(/NaN|Infinity|undefined/);
    for (const finding of findings) {
      expect(finding.figure === null || Number.isFinite(finding.figure), finding.code).toBe(true);
      expect(finding.source, finding.code).not.toBeNull();
    }
  });

  it("do not keep the Data Scientist from finding something better", async () => {
    const job = proposeJob({ base: config, baseline: config, trained: model, task: task() });
    const { changes, reasoning } = await reasoners.propose(job);
    for (const { to } of changes) expect(Number.isFinite(to)).toBe(true);
    expect(reasoning).not.toMatch(/NaN|Infinity|undefined/);
    expect(changes.some(({ path }) => path.startsWith("hyperparameters.nothing."))).toBe(false);
  });
});
