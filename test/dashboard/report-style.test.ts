import { expect, it } from "vitest";
import { REPORT_STYLE } from "../../dashboard/report-style.ts";

it("the style sheet asks nothing of the network, ends no element, and closes what it opens", () => {
  expect(REPORT_STYLE).not.toMatch(/url\(|@import|https?:|<\//i);
  expect(REPORT_STYLE.split("{").length).toBe(REPORT_STYLE.split("}").length);
  const used = [...REPORT_STYLE.matchAll(/var\((--\w+)\)/g)].map((match) => match[1] ?? "");
  for (const name of used) expect(REPORT_STYLE).toContain(`${name}: #`);
});
