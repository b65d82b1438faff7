import { describe, expect, it } from "vitest";
import { formatSummary } from "../../../cli/output/summary.ts";
import { smallResults } from "../../dashboard/report-fixture.ts";

const results = smallResults();

describe("the table at the end of a run", () => {
  it("tells errors before and after, changes, decision and chain head", () => {
    const text = formatSummary(results);
    expect(text).toMatch(/wMAPE +8\.00 % +6\.00 % +7\.00 % +6\.50 %/);
    expect(text).toMatch(/hyperparameters\.tv\.decay +0\.55 +0\.6/);
    expect(text).toMatch(/methodology +unchanged \(aa\)/);
    expect(text).toMatch(/chain head +cc/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("cries out when the methodology is another one", () => {
    const methodology = { ...results.methodology, unchanged: false };
    expect(formatSummary({ ...results, methodology })).toContain("CHANGED");
    const unjudged = { ...results.methodology, unchanged: null };
    expect(formatSummary({ ...results, methodology: unjudged })).toContain("not judged");
  });

  it("says where there is nothing to tell, and where there is more", () => {
    const bare = { ...results, changes: [], validation: { baseline: null, final: null } };
    expect(formatSummary(bare as typeof results)).toMatch(/^no parameter was changed/);
    const [change] = results.changes;
    const many = { ...results, changes: Array.from({ length: 25 }, () => change!) };
    expect(formatSummary(many)).toContain("… and 5 more in the results file");
  });
});
