/** Protects: a reader sees what the returns rest on, with sources and bounds, and which forecast is deployed. */
import { describe, expect, it } from "vitest";
import { renderRecord } from "../../dashboard/report-record.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";
import { DEFAULT_PRIORS } from "../../model/posterior/priors.ts";
import { smallReport } from "./report-fixture.ts";

const { results, detail } = smallReport();
const own = detail as ModelDetail;
const text = renderRecord(results, own)?.text ?? "";

describe("the report's section on the model of record", () => {
  it("gives every prior with its source", () => {
    for (const { source } of Object.values(DEFAULT_PRIORS))
      expect(text).toContain(source.replaceAll("'", "&#39;"));
    expect(text).toContain("median 0.2, logit sd 1");
  });

  it("gives the sampler's figures with the bounds they are held against, and the draws' digest", () => {
    const { diagnostics, draws_digest } = own.result.posterior;
    expect(text).toContain(`<td>${diagnostics?.r_hat_max.toFixed(3)}</td>`);
    expect(text).toContain("at least 400");
    expect(text).toContain(draws_digest ?? "none");
    const posterior = {
      ...own.result.posterior,
      diagnostics: { ...diagnostics!, converged: false },
    };
    const rough = { ...own, result: { ...own.result, posterior } };
    expect(renderRecord(results, rough)?.text).toContain("no: read returns as rough");
  });

  it("says which forecast is deployed, with the locked errors of both", () => {
    expect(text).toContain("The tuned configuration forecasts");
    expect(text).toContain("<td>tuned configuration</td><td>forecasts</td><td>6.50 %</td>");
    expect(text).toMatch(/<td>posterior predictive<\/td><td>for comparison<\/td><td>\d+\.\d\d %/);
  });

  it("says nothing of locked weeks that the session has not looked at", () => {
    const early = renderRecord({ ...results, locked_test: null }, own)?.text ?? "";
    expect(early).toContain("have not been looked at");
    expect(early).not.toContain("posterior predictive</td>");
  });

  it("names what the model does not know about the data", () => {
    const { record } = own;
    const posterior = { p_values: { autocorrelation: 0.5, largest: 0, spread: 0.5 } };
    const odd = renderRecord(results, { ...own, record: { ...record!, posterior } })?.text ?? "";
    expect(odd).toContain(
      "<td>the largest miss</td><td>0.00</td><td>unlike the model&#39;s noise</td>",
    );
    expect(odd).toContain("<td>the size of misses</td><td>0.50</td><td>as expected</td>");
  });

  it("is left out where no chains were run", () => {
    expect(renderRecord(results, { ...own, record: null })).toBeNull();
    expect(renderRecord(results, null)).toBeNull();
  });
});
