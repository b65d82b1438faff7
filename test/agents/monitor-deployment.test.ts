/** A deployed model on new weeks: quiet when nothing changed, loud and graded when something did. */
import { describe, expect, it } from "vitest";
import { createDriftEvent, monitorDeployed } from "../../agents/monitor-deployment.ts";
import { parseDeployedModel } from "../../agents/deployed-model.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
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
const deployed = {
  ...parseDeployedModel(JSON.parse(JSON.stringify(results))),
  dataDigest: computeSha256(smallCsv()),
};

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
    expect(monitorDeployed({ deployed, csv: fresh, keptCsv: smallCsv() })).toEqual(joined);
  });

  it("refuses a file that is not the session's, and one whose history gives another model", () => {
    const csv = smallCsv({ weeks: 166 });
    const wrong = smallCsv().replace(/(2021-05-03),(\d+)/, "$1,99999");
    expect(() => monitorDeployed({ deployed, csv, sessionCsv: wrong })).toThrow(
      expect.objectContaining({ code: "data_changed" }),
    );
    const recorded = { ...deployed.recorded, coefficients: { tv: -1 } };
    expect(() => monitorDeployed({ deployed: { ...deployed, recorded }, csv })).toThrow(
      expect.objectContaining({ code: "data_changed" }),
    );
  });

  it("warns of a channel that spends for the first time, whatever the ratio to nothing", () => {
    const lines = smallCsv({ weeks: 166 }).trimEnd().split("\n");
    const silent = (line: string, at: number) =>
      at > 0 && at <= 156 ? line.split(",").with(3, "0").join(",") : line;
    const csv = lines.map(silent).join("\n");
    const free = {
      ...deployed,
      dataDigest: null,
      recorded: { firstDate: null, coefficients: null },
    };
    const report = monitorDeployed({ deployed: free, csv, returns: false });
    const found = report.findings.find(
      ({ name, channel }) => name === "spend_range" && channel === "search",
    );
    expect(found).toMatchObject({ level: "warn", figure: null, unbounded: true });
    expect(report.status).not.toBe("ok");
    expect(report.summary).toMatch(/spend_range of search: beyond the trained range: \d+/);
  });

  it("calls for a rollback where nothing was sold, although an error over nothing is no number", () => {
    const lines = smallCsv({ weeks: 166 }).trimEnd().split("\n");
    const unsold = (line: string, at: number) =>
      at > 156 ? line.split(",").with(1, "0").join(",") : line;
    const report = monitorDeployed({ deployed, csv: lines.map(unsold).join("\n"), returns: false });
    expect(report.findings.find(({ name }) => name === "wmape")).toMatchObject({
      figure: null,
      level: "rollback",
    });
  });

  it("states the rates of false alarms that its limits keep", () => {
    const report = monitorDeployed({ deployed, csv: smallCsv({ weeks: 166 }), returns: false });
    expect(report.false_alarms).toEqual({ warn: 0.05, rollback: 0.01 });
    for (const { name, chance, warn_above, bound } of report.findings) {
      if (name === "spend_range") continue;
      expect(warn_above, name).toBeGreaterThanOrEqual(chance?.warn_above ?? Infinity);
      expect(warn_above, name).toBe(bound);
    }
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
