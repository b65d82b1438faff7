/** The first screen of the report: both uses, how sure they are, why, and what to run next. */
import { describe, expect, it } from "vitest";
import { renderFlags, renderUses } from "../../dashboard/deployment.ts";
import { smallResults } from "./report-fixture.ts";

const results = smallResults();
const page = renderUses(results)?.text ?? "";

describe("the first screen", () => {
  it("says both uses with probability, gain, loss, reasons, conditions and the experiment", () => {
    for (const said of [
      "approve with conditions",
      "cannot tell",
      "81.0 %",
      "90 %",
      "1200",
      "80",
      "6.50 %",
      "12.00 %",
      "the plan gains with a probability of 81.0 %",
      "Run a lift test on tv.",
      "A geo test of 6 weeks on tv would measure its return.",
    ]) {
      expect(page).toContain(said);
    }
  });

  it("escapes words from outside", () => {
    const deployment = { ...results.deployment!, conditions: ["<script>alert(1)</script>"] };
    expect(renderUses({ ...results, deployment })?.text).not.toContain("<script>");
  });

  it("is left out for a decision from before there were two uses, and before any", () => {
    const { deployment } = results;
    const earlier = { ...deployment!, forecast_use: null, budget_use: null };
    expect(renderUses({ ...results, deployment: earlier })).toBeNull();
    expect(renderUses({ ...results, deployment: null })).toBeNull();
  });
});

describe("the flags", () => {
  it("show what was found first, and what was not found to unfold", () => {
    const text = renderFlags(results)?.text ?? "";
    const [found, rest] = text.split("<details>");
    expect(found).toContain("The data said little about tv");
    expect(found).not.toContain("tv was learnt");
    expect(rest).toContain("1 checks that found nothing");
    expect(rest).toContain("tv was learnt");
  });

  it("are left out where there is no evidence", () => {
    expect(renderFlags({ ...results, posterior: null })).toBeNull();
    expect(renderFlags({ ...results, posterior: { evidence: { flags: [7] } } })).toBeNull();
  });
});
