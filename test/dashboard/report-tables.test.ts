import { describe, expect, it } from "vitest";
import {
  renderAttemptsTable,
  renderAudit,
  renderDecision,
  renderFindingsTable,
  renderMetricsTable,
} from "../../dashboard/report-tables.ts";
import { listAttempts } from "../../dashboard/attempts.ts";
import { smallEvents, smallResults } from "./report-fixture.ts";

const results = smallResults();
const cells = (text: string) =>
  [...text.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map((match) => match[1]);

describe("tables of the report", () => {
  it("have findings in the order of their weight", () => {
    const [finding] = results.review?.findings ?? [];
    const all = (["info", "critical", "warning"] as const).map((severity) => ({
      ...finding!,
      severity,
    }));
    const order = [...renderFindingsTable(all).text.matchAll(/<td class="(\w+)"/g)];
    expect(order.map((match) => match[1])).toEqual(["critical", "warning", "info"]);
    expect(renderFindingsTable([]).text).toContain("No findings");
  });

  it("have errors before and after, and a dash where nothing was locked", () => {
    const wmape = cells(renderMetricsTable(results).text).slice(5, 10);
    expect(wmape).toEqual(["wMAPE", "8.00 %", "6.00 %", "7.00 %", "6.50 %"]);
    const open = cells(renderMetricsTable({ ...results, locked_test: null }).text);
    expect(open.slice(8, 10)).toEqual(["–", "–"]);
  });

  it("have every attempt, with few of many changes", () => {
    const change = { path: "hyperparameters.tv.decay", from: 0.5, to: 0.61 };
    const [attempt] = listAttempts(smallEvents());
    const many = { ...attempt!, changes: Array.from({ length: 20 }, () => change) };
    const { text } = renderAttemptsTable([many]);
    expect(text).toContain("tv decay 0.5 → 0.61");
    expect(text).toContain("and 4 more");
  });

  it("have the decision's conditions only where there are some", () => {
    const deployment = results.deployment!;
    expect(renderDecision(deployment).text).toContain("<h3>Conditions</h3>");
    expect(renderDecision({ ...deployment, conditions: [] }).text).not.toContain("Conditions");
    expect(renderAudit(results).text).toContain("<code>8 records, sealed</code>");
  });
});
