/** The report: complete, self-contained, escaped, the same every time. */
import { describe, expect, it } from "vitest";
import { parseModelConfig } from "../../model/config.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { computeModelDetail } from "../../dashboard/model-detail.ts";
import { renderReport, drawReportPictures } from "../../dashboard/report.ts";
import { trained } from "../support/agent-jobs.ts";
import { smallConfig, smallCsv } from "../support/small-model.ts";
import { smallEvents, smallReport, smallResults } from "./report-fixture.ts";

const input = smallReport();
const page = renderReport(input);
const ATTACK = `</td><script>alert(1)</script><img src=x onerror="alert(2)">\u202e`;

describe("renderReport", () => {
  it("is one document with every section and picture", () => {
    const sections = [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
    expect(sections).toEqual([
      "In short",
      "What it may be used for",
      "What media brought",
      "Budget of the next quarter",
      "Before you rely on it",
      "Flags",
      "Errors",
      "Fit and validation",
      "Decomposition over time",
      "Contribution",
      "Return on spend",
      "Carryover",
      "Checks of the fit",
      "Response to spend",
      "What the returns rest on",
      "The session",
      "Business review",
      "Decision",
      "Audit",
    ]);
    const figures = [...page.matchAll(/<figure id="([^"]+)"><svg/g)].map((match) => match[1]);
    expect(figures).toEqual([
      "fit",
      "decomposition",
      "waterfall",
      "roi",
      "carryover",
      "response-tv",
      "response-search",
      "timeline",
    ]);
  });

  it("asks nothing of the network and runs no script", () => {
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page).not.toMatch(/<script|<link|<img|url\(|@import|\ssrc=/i);
    const addresses = [...page.matchAll(/https?:\/\/[^"'\s<)]+/g)].map((match) => match[0]);
    expect([...new Set(addresses)]).toEqual(["http://www.w3.org/2000/svg"]);
  });

  it("shows words from agents and people without obeying them", () => {
    const config = { ...smallConfig(), model_id: ATTACK };
    const dataset = parseDataset(smallCsv(), config);
    const shown = renderReport(
      smallReport({
        events: smallEvents(ATTACK),
        detail: computeModelDetail(dataset, config, { seed: 1 }),
        results: { ...smallResults(), business_unit: ATTACK },
        expected: [{ channel: "tv", low: 1, high: 2, source: ATTACK }],
        unit: ATTACK,
      }),
    );
    expect(shown).not.toMatch(/<script|<img/i);
    expect(shown).not.toContain("\u202e");
    expect(shown).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("says what fit does not prove, how many proposals were tried and that calibration is off", () => {
    expect(page).toContain("Fit does not prove effect");
    expect(page).toContain("17 proposals and 200 evaluated configurations");
    expect(page).toContain("Calibration is off");
  });

  it("says so when calibration is on", () => {
    const base = smallConfig();
    const config = parseModelConfig({
      ...base,
      calibration: { roi_priors: [{ channel: "tv", roi: 2, sd: 1 }] },
    });
    const detail = computeModelDetail(parseDataset(smallCsv(), config), config, { seed: 1 });
    expect(renderReport(smallReport({ detail }))).toContain(
      "Calibration is on: 0 lift tests and 1 ROI priors",
    );
  });

  it("says that the locked weeks contradict validation where they do", () => {
    const results = smallResults();
    const locked_test = { ...results.locked_test!, contradicts: true };
    const shown = renderReport(smallReport({ results: { ...results, locked_test } }));
    expect(shown).toContain("They contradict validation");
  });

  it("says so when the data file or the trainer is not the session's", () => {
    const model = trained(smallConfig());
    const shown = (more: Partial<typeof model>): string =>
      renderReport(smallReport({ results: { ...smallResults(), model: { ...model, ...more } } }));
    expect(shown({})).not.toMatch(/not the one the session had|another program/);
    expect(shown({ loss: 0.5 })).toContain("its validated wMAPE was 50.00 %");
    expect(shown({ trainer: "subprocess" })).toContain("trained by another program (subprocess)");
  });

  it("lists each attempt with its end and reasons", () => {
    expect(page).toContain("tv decay up");
    expect(page).toMatch(/class="k vetoed">vetoed/);
    expect(page).toContain("adstock stays geometric");
  });

  it("is still a report without the data", () => {
    const shown = renderReport(smallReport({ detail: null }));
    expect(shown).toContain("no pictures of the model");
    expect(shown).toContain('<figure id="timeline">');
  });

  it("is the same for the same input", () => {
    expect(renderReport(smallReport())).toBe(page);
  });
});

describe("reportPictures", () => {
  it("are SVG documents without NaN", () => {
    const { timeline, model, response } = drawReportPictures(input);
    for (const { svg } of [timeline, ...model, ...response]) {
      expect(svg.text).toMatch(/^<svg /);
      expect(svg.text).toContain('xmlns="http://www.w3.org/2000/svg"');
      expect(svg.text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("mark the benchmark, the interval and the point of every channel's return", () => {
    const roi = drawReportPictures(input).model.find((picture) => picture.name === "roi");
    expect(roi?.svg.text).toMatch(/aria-label="bar"/);
    expect(roi?.svg.text).toMatch(/aria-label="link"/);
    expect(roi?.svg.text.match(/<circle/g)?.length).toBe(2);
  });

  it("mark an accepted attempt and a vetoed one on the timeline", () => {
    const text = drawReportPictures(input).timeline.svg.text;
    expect(text).toContain("#1b7f4b");
    expect(text).toContain("#b3261e");
  });
});
