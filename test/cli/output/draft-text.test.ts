/** What a draft was made of, on a terminal and as a page. */
import { describe, expect, it } from "vitest";
import { formatDraft, writeDraftReadme } from "../../../cli/output/draft-text.ts";
import { readDataTable } from "../../../tables/read.ts";
import { inspectTable } from "../../../tables/check/inspect.ts";
import { toCheckRoles } from "../../../tables/check/roles.ts";
import { guessColumnRoles } from "../../../tables/roles/guess.ts";
import { guessWeekLabel } from "../../../tables/roles/week-label.ts";

async function groundsOf(head: string, obstacle: string | null = null) {
  const rows = Array.from({ length: 60 }, (_, week) => {
    const date = new Date(Date.UTC(2023, 0, 1) + week * 7 * 86_400_000).toISOString().slice(0, 10);
    return `${date};${900 + ((week * 53) % 97)},5;${100 + ((week * 37) % 91)},25;${week % 7 ? 3 : 9}`;
  });
  const table = await readDataTable(Buffer.from([head, ...rows].join("\n")));
  const week = guessWeekLabel(table);
  const roles = guessColumnRoles(table);
  const asked = toCheckRoles(table, roles);
  if (asked === null) throw new Error("no roles");
  const check = inspectTable(table, asked);
  return { file: "d.csv", table, roles, week, unit: "emea", check, obstacle };
}

describe("a draft in words", () => {
  it("says how the file was read, what each column is and what to look at", async () => {
    const text = formatDraft(await groundsOf("date;sales;email_cost;thing"));
    expect(text).toMatch(
      /^d\.csv \(csv, semicolons\): 60 weekly rows, 1 channels\n {2}decimal commas/,
    );
    expect(text).toContain("a week's date is its last day: all dates are Sundays");
    expect(text).toMatch(
      /email_cost +spend of email +its name says what was paid; email, modelled as direct/,
    );
    expect(text).toMatch(/thing +control +\? /);
    expect(text).toContain("? 1 to look at");
  });

  it("names channels that the data can hardly tell", async () => {
    const text = formatDraft(await groundsOf("date;sales;email_cost;radio_cost"));
    expect(text).toMatch(/^! email: spend hardly varies/m);
  });

  it("is a page with the choices, and with what stands in the way", async () => {
    const page = writeDraftReadme(await groundsOf("date;sales;email_cost;thing"));
    expect(page).toContain("| `email_cost` | spend of email |");
    expect(page).toContain("Next: `mmm run`");
    const blocked = writeDraftReadme(await groundsOf("date;sales;email_cost;thing", "no rows"));
    expect(blocked).toContain("Before `mmm run`: no rows");
    expect(blocked).not.toContain("Next: `mmm run`");
  });

  it("lets no name of a column write to the terminal or break the table of the page", async () => {
    const grounds = await groundsOf("date;sales;email_cost;a|b`\u001b[31m");
    expect(formatDraft(grounds)).not.toContain("\u001b");
    const row = writeDraftReadme(grounds)
      .split("\n")
      .find((line) => line.startsWith("| `a"));
    expect(row).not.toContain("\u001b");
    expect(row?.replaceAll("\\|", "").split("|")).toHaveLength(5);
  });
});
