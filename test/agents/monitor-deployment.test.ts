/** A deployed model on new weeks: quiet when nothing changed, loud and graded when something did. */
import { describe, expect, it } from "vitest";
import {
  parseDeployedModel,
  createDriftEvent,
  monitorDeployed,
} from "../../agents/monitor-deployment.ts";
import { MmmError } from "../../schemas/errors.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";
import { decideJob, reasoners, trained } from "../support/agent-jobs.ts";

const plan = await reasoners.decide(decideJob());
const results = {
  session: "session-1",
  final_config: smallConfig(),
  model: trained(smallConfig()),
  deployment: plan,
};
const deployed = parseDeployedModel(JSON.parse(JSON.stringify(results)));

describe("monitorDeployed", () => {
  it("is quiet on new weeks like the old ones", () => {
    const report = monitorDeployed({ deployed, csv: smallCsv({ weeks: 166 }) });
    expect(report.deployed_until).toBe("2023-12-25");
    expect(report.periods).toBe(10);
    expect(report.status).toBe("ok");
    expect(createDriftEvent(report, "mmm monitor")).toBeNull();
  });

  it("calls for a rollback when sales fall by a third for ten weeks", () => {
    const csv = smallCsv({ weeks: 166, drift: { from: 156, factor: 0.67 } });
    const report = monitorDeployed({ deployed, csv });
    expect(report.status).toBe("rollback");
    const wmape = report.findings.find((finding) => finding.name === "wmape");
    expect(wmape).toMatchObject({ level: "rollback" });
    expect(report.summary).toMatch(/^Drift on 2024-01-01 to 2024-03-04 \(10 weeks\): wmape /);
  });

  it("only warns while there are fewer weeks than the rule's window", () => {
    const csv = smallCsv({ weeks: 159, drift: { from: 156, factor: 0.67 } });
    const report = monitorDeployed({ deployed, csv });
    expect(report.status).toBe("warn");
  });

  it("makes an event of an alarm, with the figures that breached", () => {
    const csv = smallCsv({ weeks: 166, drift: { from: 156, factor: 0.67 } });
    const event = createDriftEvent(monitorDeployed({ deployed, csv }), "mmm monitor");
    expect(event).toMatchObject({
      type: "OperatorActed",
      data: { action: "monitoring_alarm", subject: "session-1", by: "mmm monitor" },
    });
    const detail = JSON.parse(event?.type === "OperatorActed" ? event.data.detail : "{}") as {
      status: string;
      findings: { level: string }[];
    };
    expect(detail.status).toBe("rollback");
    expect(detail.findings.every((finding) => finding.level !== "ok")).toBe(true);
  });

  it("joins new weeks that come alone to the session's data", () => {
    const all = smallCsv({ weeks: 166 }).trimEnd().split("\n");
    const fresh = [all[0], ...all.slice(157)].join("\n");
    const joined = monitorDeployed({ deployed, csv: fresh, sessionCsv: smallCsv() });
    expect(joined).toEqual(monitorDeployed({ deployed, csv: smallCsv({ weeks: 166 }) }));
  });

  it.each([
    ["no later week", { csv: smallCsv() }],
    ["other columns", { csv: "day,sales\n2024-01-01,1\n", sessionCsv: smallCsv() }],
  ])("refuses data with %s", (_name, given) => {
    expect(() => monitorDeployed({ deployed, ...given })).toThrow(MmmError);
  });
});

describe("deployedModelOf", () => {
  it("names what a results document lacks", () => {
    const { deployment: _none, ...undecided } = results;
    expect(() => parseDeployedModel(undecided)).toThrow(
      /Results, deployment: .*ended with a decision/,
    );
  });
});
