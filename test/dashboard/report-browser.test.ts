/**
 * The report in a real browser: every picture drew, nothing was requested, nothing complained.
 *
 * Needs Chromium on the machine (`CHROMIUM_PATH`, or chromium / google-chrome on the path).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../dashboard/report.ts";
import { crowdedReport, smallEvents, smallReport } from "./report-fixture.ts";

function chromiumPath(): string | null {
  const given = process.env["CHROMIUM_PATH"];
  if (given !== undefined) return given;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = spawnSync("which", [name], { encoding: "utf8" });
    if (found.status === 0) return found.stdout.trim();
  }
  return null;
}

const path = chromiumPath();
const title = path === null ? "in Chromium (skipped: no Chromium on the path)" : "in Chromium";

/** What a picture must hold to count as drawn: a shape of each kind, with a size. */
const SHAPES: Readonly<Record<string, string>> = {
  fit: "path",
  decomposition: "path",
  waterfall: "rect",
  roi: "circle",
  carryover: "path",
  "response-tv": "path",
  "response-search": "path",
  timeline: "path",
};

interface Seen {
  readonly drawn: Readonly<Record<string, number>>;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  readonly overflow: number;
}

async function look(html: string): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), "mmm-report-"));
  const browser = await chromium.launch({
    ...(path === null ? {} : { executablePath: path }),
    args: ["--no-sandbox"],
  });
  try {
    const file = join(folder, "report.html");
    writeFileSync(file, html);
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(file).href);
    const drawn: Record<string, number> = {};
    for (const [id, shape] of Object.entries(SHAPES)) {
      const boxes = await page.locator(`figure#${id} svg g[aria-label] ${shape}`).all();
      let area = 0;
      for (const one of boxes) {
        const box = await one.boundingBox();
        area = Math.max(area, (box?.width ?? 0) * (box?.height ?? 0));
      }
      drawn[id] = area;
    }
    const sizes = await page
      .locator("html")
      .evaluate((root) => [root.scrollWidth, root.clientWidth]);
    const overflow = (sizes[0] ?? 0) - (sizes[1] ?? 0);
    return { drawn, requests: requests.slice(1), complaints, overflow };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A4 less margins of 12 mm, in pixels of CSS. */
const PAPER = 703;

/** What reaches beyond the page: its own boxes, or on paper anything, since nothing scrolls there. */
async function measureOverflow(
  html: string,
  { width, paper = false }: { readonly width: number; readonly paper?: boolean },
): Promise<string[]> {
  const browser = await chromium.launch({
    ...(path === null ? {} : { executablePath: path }),
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.setContent(html);
    if (paper) await page.emulateMedia({ media: "print" });
    return await page.locator("body").evaluate(
      (body, { limit, whole }) =>
        [...body.querySelectorAll("table, p, li, figure, h1, h2, h3, details > p")]
          .filter((one) => whole || one.closest(".scroll") === null)
          .filter((one) => {
            const { right, height } = one.getBoundingClientRect();
            return right > limit + 1 || (whole && one.matches("details > p") && height === 0);
          })
          .map((one) => `${one.tagName} ${(one.textContent ?? "").trim().slice(0, 40)}`),
      { limit: width, whole: paper },
    );
  } finally {
    await browser.close();
  }
}

describe.skipIf(path === null)(title, () => {
  it("each chart drew and nothing came over the network", { timeout: 60_000 }, async () => {
    const seen = await look(renderReport(smallReport()));
    for (const id of Object.keys(SHAPES)) expect(seen.drawn[id], id).toBeGreaterThan(30);
    expect(seen.requests).toEqual([]);
    expect(seen.complaints).toEqual([]);
    expect(seen.overflow).toBeLessThanOrEqual(0);
  });

  it("a script in an agent's words does not run", { timeout: 60_000 }, async () => {
    const attack = `<script>console.log("ran")</script><img src="http://127.0.0.1:9/x">`;
    const seen = await look(renderReport(smallReport({ events: smallEvents(attack) })));
    expect(seen.complaints).toEqual([]);
    expect(seen.requests).toEqual([]);
  });

  it.each([1280, 390])(
    "36 channels with long names fit a screen of %d pixels",
    { timeout: 60_000 },
    async (width) => {
      expect(await measureOverflow(renderReport(crowdedReport()), { width })).toEqual([]);
    },
  );

  it("no table loses a column on paper, and what is folded is open", {
    timeout: 60_000,
  }, async () => {
    for (const report of [smallReport(), crowdedReport()]) {
      expect(await measureOverflow(renderReport(report), { width: PAPER, paper: true })).toEqual(
        [],
      );
    }
  });

  it("a page without pictures is noticed", { timeout: 60_000 }, async () => {
    const seen = await look(renderReport(smallReport()).replaceAll(/<g [\s\S]*?<\/g>/g, ""));
    expect(seen.drawn["fit"]).toBe(0);
  });
});
