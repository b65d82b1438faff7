/** Protects: every finding of the engine reaches a person: review, report, and, as a warning, a note of the deployment. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reviewModel } from "../../../agents/builtin/business-analyst.ts";
import { FINDING_TOPIC_PARTITIONS } from "../../../agents/builtin/engine-findings.ts";
import { decideDeployment } from "../../../agents/builtin/stakeholder.ts";
import { listCaveats } from "../../../dashboard/caveats.ts";
import type { ModelDetail } from "../../../dashboard/model-detail.ts";
import { FINDING_CODES, toFinding } from "../../../model/findings.ts";
import { readDeploymentGrounds } from "../../../schemas/deployment.ts";
import type { Finding } from "../../../schemas/parts.ts";
import { decideJob, reviewJob, SETTINGS, SPEC, trained } from "../../support/agent-jobs.ts";
import { smallReport } from "../../dashboard/report-fixture.ts";
import { smallConfig } from "../../support/small-model.ts";

const model = { ...trained(smallConfig()), findings: [] };
const report = smallReport();
const detail = report.detail as ModelDetail;

function said(code: string, message: string): Finding {
  const bare = { channel: "tv", figure: 1, bound: null, source: "model" };
  return { ...bare, code, severity: "info", message };
}

function withFindings(findings: readonly Finding[]) {
  return reviewModel(
    reviewJob({ candidate: { ...model, findings: [...findings] } }),
    SETTINGS,
    SPEC,
  );
}

describe("a finding of the engine", () => {
  it.each(FINDING_CODES)("%s is made somewhere, and a person reads it", (code) => {
    const files = readdirSync("model", { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && name !== "findings.ts",
    );
    const made = files.some((name) => readFileSync(`model/${name}`, "utf8").includes(`"${code}"`));
    expect(made).toBe(true);

    const message = `the engine says ${code}`;
    const result = { ...detail.result, findings: [toFinding(code, message)] };
    expect(listCaveats(report.results, { ...detail, result })).toContain(`${message}.`);

    const topicPartition = FINDING_TOPIC_PARTITIONS[code];
    const found = withFindings([said(code, message)]).findings.find(
      (one) => one.message === message,
    );
    expect(found?.severity).toBe("review" in topicPartition ? topicPartition.review : undefined);
  });

  it.each(
    Object.entries(FINDING_TOPIC_PARTITIONS).filter(
      ([, topicPartition]) => "review" in topicPartition && topicPartition.review === "warning",
    ),
  )("%s becomes a note of the deployment, and no condition", (code) => {
    const job = decideJob();
    const final = { ...model, findings: [said(code, `the engine says ${code}`)] };
    const figures = { ...job.figures, final, baseline: model };
    const { decision, grounds } = decideDeployment({ ...job, figures }, SETTINGS, SPEC);
    expect(decision).toBe("approve");
    expect(readDeploymentGrounds(grounds)?.notes.join(" ")).toContain(`the engine says ${code}`);
  });

  it("stands once in a review, whatever number of parameters it is about", () => {
    const many = ["a", "b", "c", "d", "e", "f"].map((name) =>
      said("parameter_at_bound", `${name} lies at its bound`),
    );
    const found = withFindings(many).findings.filter((one) => one.code === "parameter_at_bound");
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(/^a lies at its bound; b .*; and 2 more$/);
  });

  it("of an outside trainer is passed on as information", () => {
    const found = withFindings([said("chains_short", "R-hat 1.1")]).findings;
    expect(found.find((one) => one.code === "chains_short")).toMatchObject({ severity: "info" });
  });
});
