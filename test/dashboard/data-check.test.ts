import { describe, expect, it } from "vitest";
import { renderDataCheck } from "../../dashboard/data-check.ts";
import { inspectTable } from "../../tables/check/inspect.ts";
import { readDataTable } from "../../tables/read.ts";

describe("the page of a data check", () => {
  it("has problems, channels and correlations, with the file's words escaped", async () => {
    const text = "date,sales,<b>tv,web\n2024-01-01,1,2,3\n2024-01-08,,3,4\n2024-01-15,3,1,9\n";
    const table = await readDataTable(new TextEncoder().encode(text));
    const report = inspectTable(table, {
      date: "date",
      target: "sales",
      geo: null,
      channels: ["<b>tv", "web"].map((name) => ({ name, spend: name, exposure: null })),
      controls: [],
    });
    const page = renderDataCheck("my <file>.csv", report);
    expect(page).toContain('<span class="badge reject">not ready</span>');
    expect(page).toContain("has no value on line 3");
    expect(page).toContain("&lt;b&gt;tv");
    expect(page).toContain("<h2>Correlation of spend</h2>");
    expect(page).not.toMatch(/<b>tv|<file>|<script/);
  });
});
