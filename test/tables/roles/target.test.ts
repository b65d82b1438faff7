/** Which column is explained, and how sure that is. */
import { describe, expect, it } from "vitest";
import { readDataTable } from "../../../tables/read.ts";
import { chooseTarget, findOutcome } from "../../../tables/roles/target.ts";
import { spellName } from "../../../tables/roles/names.ts";

async function choose(names: readonly string[], asked?: string) {
  const rows = Array.from({ length: 12 }, (_, row) => {
    const day = `2024-01-${String(row + 1).padStart(2, "0")}`;
    return [day, ...names.map((_name, at) => 10 ** (at + 1) + ((row * 7) % 5))].join(",");
  });
  const table = await readDataTable(Buffer.from([["day", ...names].join(","), ...rows].join("\n")));
  return chooseTarget(
    table.columns.filter(({ kind }) => kind !== "date"),
    asked,
  );
}

describe("the target", () => {
  it("is revenue before units before a general word before profit", async () => {
    expect((await choose(["profit", "kpi", "orders", "revenue"]))?.column).toBe("revenue");
    expect((await choose(["profit", "kpi", "orders"]))?.column).toBe("orders");
    expect((await choose(["profit", "kpi"]))?.column).toBe("kpi");
    expect(await choose(["profit", "tv"])).toMatchObject({ column: "profit", sure: true });
  });

  it("is doubted where two names are one for the same, or none is", async () => {
    expect(await choose(["sales", "revenue"])).toMatchObject({ sure: false });
    expect(await choose(["a", "b"])).toMatchObject({
      column: "b",
      sure: false,
      outcome: "unknown",
    });
    expect(await choose([])).toBeNull();
  });

  it("is what was asked for", async () => {
    expect(await choose(["sales", "a"], "a")).toMatchObject({ column: "a", sure: true });
  });

  it("is no condition, rate or promotion", () => {
    for (const name of ["competitor_sales", "revenue_per_order", "sales_promo", "price"]) {
      expect(findOutcome(spellName(name)), name).toBeNull();
    }
  });
});
