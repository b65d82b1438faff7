/** Protects: the first screen says in words and money what was published, and no more than that. */
import { describe, expect, it } from "vitest";
import {
  renderFitChecks,
  renderMoneyTable,
  renderPlans,
  renderSummary,
} from "../../dashboard/money.ts";
import type { ModelDetail } from "../../dashboard/model-detail.ts";
import { formatCompact, formatSignificant } from "../../dashboard/figures.ts";
import { smallReport, smallResults } from "./report-fixture.ts";

const detail = smallReport().detail as ModelDetail;
const { channels, media } = detail.result.posterior;

describe("the summary", () => {
  const { text } = renderSummary(detail, smallResults(), "revenue per EUR");

  it("says what media brought, with its certainty, and which channel most and least", () => {
    expect(text).toContain(`media brought ${formatCompact(media.contribution.median)} of`);
    expect(text).toContain("with 90 % certainty");
    for (const { roi } of Object.values(channels)) {
      expect(text).toContain(formatSignificant(roi.median));
    }
    expect(text).toContain("in revenue per EUR");
  });

  it("advises a budget only where the decision allows one, and names the test", () => {
    expect(text).toContain("Do not move budget on this model yet");
    expect(text).toContain("Test next: A geo test of 6 weeks on tv");
    const results = smallResults();
    const approved = { ...results, deployment: { ...results.deployment!, budget_use: "approve" } };
    expect(renderSummary(detail, approved, "units").text).toContain("the model would spend");
  });

  it("says whether the best and the worst can be told apart", () => {
    expect(text).toMatch(/Their intervals (overlap|do not meet)/);
  });
});

describe("tables of money", () => {
  it("hold spend, effect and returns of each channel, totals, and what came without media", () => {
    const { text } = renderMoneyTable(detail);
    for (const { spend, contribution } of Object.values(channels)) {
      expect(text).toContain(formatCompact(spend));
      expect(text).toContain(formatCompact(contribution.median));
    }
    expect(text).toContain("without media");
    expect(text).toContain("2021 Q1");
  });

  it("count years where quarters would not fit on paper", () => {
    const dates = detail.contributions.dates.map((_, at) => `${2010 + Math.floor(at / 10)}-01-01`);
    const long = {
      ...detail,
      contributions: {
        ...detail.contributions,
        dates: dates.map((date, at) => (at % 2 === 0 ? date : date.replace("-01-", "-07-"))),
      },
    };
    const { text } = renderMoneyTable(long);
    expect(text).toContain("By year");
    expect(text).not.toContain("2010 Q1");
  });

  it("show the plans side by side, with gain and probability", () => {
    const { text } = renderPlans(detail) ?? { text: "" };
    for (const said of ["most in expectation", "surest to beat today", "expected loss"]) {
      expect(text).toContain(said);
    }
    expect(renderPlans({ ...detail, plans: null })).toBeNull();
  });

  it("give the analyst residuals, collinearity and carried effects", () => {
    expect(renderFitChecks(detail).text).toContain("Durbin–Watson");
  });
});
