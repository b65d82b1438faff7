/** Which day of a week its date is. */
import { describe, expect, it } from "vitest";
import { readDataTable } from "../../../tables/read.ts";
import { guessWeekLabel } from "../../../tables/roles/week-label.ts";

async function labelOf(name: string, first: string, step = 7) {
  const rows = Array.from({ length: 12 }, (_, row) => {
    const day = new Date(Date.parse(first) + row * step * 86_400_000);
    return `${day.toISOString().slice(0, 10)},${100 + row * 3}`;
  });
  return guessWeekLabel(await readDataTable(Buffer.from([`${name},sales`, ...rows].join("\n"))));
}

describe("the label of a week", () => {
  it("is its first day on Mondays, and its last on Sundays and Saturdays, which is asked", async () => {
    expect(await labelOf("date", "2024-01-01")).toMatchObject({ label: "start", sure: true });
    expect(await labelOf("date", "2024-01-07")).toMatchObject({ label: "end", sure: false });
    expect(await labelOf("date", "2024-01-06")).toMatchObject({ label: "end", sure: false });
    expect((await labelOf("date", "2024-01-07")).why).toContain("Sundays");
    expect(await labelOf("date", "2024-01-03")).toMatchObject({ label: "start", sure: false });
  });

  it("is what the column's name says", async () => {
    expect(await labelOf("week_start", "2024-01-07")).toMatchObject({ label: "start", sure: true });
    expect(await labelOf("week_ending", "2024-01-01")).toMatchObject({ label: "end", sure: true });
  });

  it("is not asked of daily dates", async () => {
    expect(await labelOf("date", "2024-01-07", 1)).toMatchObject({ label: "start", sure: true });
  });
});
