/** What speaks against moving budget stands before a plan. */
import { describe, expect, it } from "vitest";
import { formatCautions, listCautions } from "../../../cli/output/cautions.ts";
import { estimateEffects } from "../../../model/effects.ts";
import { evidence, evidenceFlag } from "../../support/agent-jobs.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";

const effects = estimateEffects(smallDataset(), smallConfig());
const settled = { ...effects, summary: { ...effects.summary, findings: [] } };
const given = (flags: ReturnType<typeof evidenceFlag>[]) => ({
  posterior: { evidence: evidence({ flags }) },
});

describe("cautions of a plan", () => {
  it("are the raised flags that stop, as the session found them", () => {
    const flags = [evidenceFlag(), evidenceFlag({ stops: false }), evidenceFlag({ raised: false })];
    const found = listCautions(settled, given(flags));
    expect(found).toEqual([
      { code: "spend_follows_demand", message: "The spend of search follows demand" },
    ]);
    expect(formatCautions(found)).toContain("Do not move budget");
  });

  it("say that the chains have not settled", () => {
    const finding = {
      code: "posterior_not_converged",
      channel: null,
      figure: 1.2,
      bound: 1.01,
      message: "The chains have not settled",
    } as const;
    const rough = { ...effects, summary: { ...effects.summary, findings: [finding] } };
    expect(listCautions(rough, given([]))).toMatchObject([{ code: "posterior_not_converged" }]);
  });

  it("repeat the session's own decision where it is no approval", () => {
    const decided = (budget_use: string) =>
      ({
        ...given([]),
        deployment: { budget_use, budget: { reasons: ["it is not sure"] } },
      }) as never;
    expect(listCautions(settled, decided("cannot_tell"))).toEqual([
      { code: "budget_use", message: "the session says cannot tell: it is not sure" },
    ]);
    expect(listCautions(settled, decided("approve"))).toEqual([]);
    expect(formatCautions([])).toBe("");
  });

  it("are found anew where there is no session", () => {
    expect(Array.isArray(listCautions(settled, null))).toBe(true);
  });
});
