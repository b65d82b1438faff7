import { describe, expect, it } from "vitest";
import { pivotLongTable } from "../../tables/long.ts";
import { readDataTable } from "../../tables/read.ts";

const pivot = async (text: string) => {
  const table = await readDataTable(new TextEncoder().encode(text));
  if (table.layout.long === null) throw new Error("not long");
  return pivotLongTable(table, table.layout.long);
};
const take = (table: Awaited<ReturnType<typeof pivot>>) =>
  Object.fromEntries(table.columns.map(({ name, texts }) => [name, texts]));

describe("a table in long format", () => {
  it("has a column for each variable, and nothing where a variable has no row", async () => {
    const wide = await pivot(
      "date,variable,value\n2024-01-01,tv,1\n2024-01-01,sales,10\n2024-01-08,sales,11\n",
    );
    expect(take(wide)).toEqual({
      date: ["2024-01-01", "2024-01-08"],
      tv: ["1", ""],
      sales: ["10", "11"],
    });
  });

  it("by channel keeps what all rows of a date share once", async () => {
    const wide = await pivot(
      "week,channel,spend,clicks,sales\n2024-01-01,tv,1,5,100\n2024-01-01,web,2,6,100\n2024-01-08,tv,3,7,110\n2024-01-08,web,4,8,110\n",
    );
    expect(take(wide)).toEqual({
      week: ["2024-01-01", "2024-01-08"],
      sales: ["100", "110"],
      tv_spend: ["1", "3"],
      web_spend: ["2", "4"],
      tv_clicks: ["5", "7"],
      web_clicks: ["6", "8"],
    });
    expect(wide.layout.shape).toBe("series");
  });
});
