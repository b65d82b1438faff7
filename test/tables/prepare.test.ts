import { describe, expect, it } from "vitest";
import { formatPlainCsv, isPlainReading, prepareTable } from "../../tables/prepare.ts";
import { readDataTable } from "../../tables/read.ts";

const roles = { date: "date", geo: null, numbers: ["sales"], texts: [] };
const prepare = async (text: string) =>
  prepareTable(await readDataTable(new TextEncoder().encode(text)), roles);

describe("rows for a model", () => {
  it("of a plain file stand as they stood, and the reading says so", async () => {
    const text = "date,sales,note\n2024-01-01,1.5,x\n2024-01-08,2.5,y\n";
    const table = await prepare(text);
    expect(formatPlainCsv(table)).toBe(text);
    expect(isPlainReading(table.reading)).toBe(true);
  });

  it("ascend by date, each with its line of the file", async () => {
    const table = await prepare("date;sales\n22.01.2024;2,5\n15.01.2024;1.000,5\n");
    expect(table.rows).toEqual([
      ["2024-01-15", "1000.5"],
      ["2024-01-22", "2.5"],
    ]);
    expect(table.lines).toEqual([3, 2]);
    expect(table.notes.map(({ code }) => code)).toEqual(["sorted"]);
    expect(table.reading).toMatchObject({
      separator: ";",
      decimal: "comma",
      date_form: "DD.MM.YYYY",
      sorted: true,
      spelled: { sales: { thousands: "." } },
    });
    expect(isPlainReading(table.reading)).toBe(false);
  });

  it("are stopped by nothing in a column that is not asked for", async () => {
    const text = "date;sales;other\n2024-01-01;1,5;1.234\n2024-01-08;2,5;$1\n2024-01-15;3,5;€2\n";
    expect((await prepare(text)).rows).toHaveLength(3);
  });
});
