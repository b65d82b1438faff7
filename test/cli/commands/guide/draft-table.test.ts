/** A data file as a wide table: long files are spread, and spend that one value names is known. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWideTable } from "../../../../cli/commands/guide/draft-table.ts";
import { scratch } from "../../../support/mmm.ts";

const file = join(scratch(), "data.csv");

/** Rows for twelve days and two channels, after a header. */
function write(head: string, row: (channel: string, day: number) => string): void {
  const days = Array.from({ length: 12 }, (_, day) => day);
  const rows = days.flatMap((day) =>
    ["tv", "radio"].map(
      (channel) => `2024-01-${String(day + 1).padStart(2, "0")},${row(channel, day)}`,
    ),
  );
  writeFileSync(file, [head, ...rows, ""].join("\n"));
}

describe("a wide table", () => {
  it("has the spend of a long file as columns that are known to be spend", async () => {
    write("date,channel,spend,revenue", (channel, day) =>
      [channel, 10 + ((day * 7) % 5) + channel.length, 500 + day].join(","),
    );
    const { table, paid } = await readWideTable(file, {});
    expect(table.rows).toBe(12);
    expect([...paid].sort()).toEqual(["radio", "tv"]);
    expect(table.columns.map(({ name }) => name)).toContain("revenue");
  });

  it("knows nothing of columns whose value is not named as spend", async () => {
    write("date,variable,value", (channel, day) => [channel, 10 + ((day * 7) % 5)].join(","));
    expect((await readWideTable(file, {})).paid).toEqual([]);
  });

  it("names the file where it cannot be read", async () => {
    await expect(readWideTable(join(file, "none"), {})).rejects.toMatchObject({
      code: "data_invalid",
      message: expect.stringContaining("none"),
    });
  });
});
