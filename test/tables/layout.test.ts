import { describe, expect, it } from "vitest";
import { readDataTable } from "../../tables/read.ts";
import { chooseDateColumn, describeLayout, findLayout } from "../../tables/layout.ts";

const layout = async (text: string) => {
  const { columns } = await readDataTable(new TextEncoder().encode(text));
  return findLayout(columns, chooseDateColumn(columns));
};

describe("rows of one date", () => {
  it("are geos where the column's name or several values say so", async () => {
    const rows = ["2024-01-01,A,1,2", "2024-01-01,B,3,4", "2024-01-08,A,1,2", "2024-01-08,B,3,4"];
    expect(await layout(`date,region,tv,sales\n${rows.join("\n")}\n`)).toMatchObject({
      shape: "panel",
      geo: "region",
      long: null,
    });
  });

  it("are variables in long format, with a geo beside them in MFF", async () => {
    const rows = ["G1,G2"]
      .flatMap((geos) => geos.split(","))
      .flatMap((geo) => ["tv,1", "sales,9"].map((cell) => `2024-01-01,${geo},${cell}`));
    const found = await layout(`Period,Geography,VariableName,VariableValue\n${rows.join("\n")}\n`);
    expect(found).toMatchObject({
      shape: "long",
      geo: "Geography",
      long: { variable: "VariableName", values: ["VariableValue"] },
    });
  });

  it("of a panel with its total beside the geos are warned of", async () => {
    const rows = ["A", "B", "Total"].flatMap((geo) =>
      ["2024-01-01", "2024-01-08"].map((date) => `${date},${geo},1,2`),
    );
    const { problems } = await readDataTable(
      new TextEncoder().encode(`date,region,tv,sales\n${rows.join("\n")}\n`),
    );
    expect(problems.map(({ code }) => code)).toContain("totals_among_geos");
  });

  it("that nothing tells apart are an error that removes nothing", async () => {
    const found = await layout("date,tv\n2024-01-01,1\n2024-01-01,2\n2024-01-08,3\n");
    expect(found.shape).toBe("several_rows");
    expect(describeLayout(found)[0]).toMatchObject({
      severity: "error",
      remedy: expect.stringContaining("remove none"),
    });
  });
});
