/** Channels of media columns: names, pairs, and what is no channel. */
import { describe, expect, it } from "vitest";
import { readDataTable } from "../../../tables/read.ts";
import { assignChannels } from "../../../tables/roles/channels.ts";

/** Channels of a file with these columns, and the parts that were said. */
async function assign(columns: Readonly<Record<string, readonly (number | string)[]>>) {
  const rows = Object.values(columns)[0]?.map((_, row) => [
    `2024-01-${String(row + 1).padStart(2, "0")}`,
    ...Object.values(columns).map((values) => values[row]),
  ]);
  const text = [["date", ...Object.keys(columns)], ...(rows ?? [])].join("\n");
  const table = await readDataTable(Buffer.from(text));
  const parts = new Map<string, string>();
  const open = table.columns.filter(({ kind }) => kind !== "date");
  const channels = assignChannels(open, (column, { part }) => parts.set(column, part));
  return { channels, parts };
}

describe("channels", () => {
  it("have names of their own where stems are the same", async () => {
    const { channels } = await assign({
      tv_spend: [1, 2, 3, 7],
      "TV cost": [4, 5, 7, 2],
      "123_budget": [9, 5, 7, 4],
    });
    expect(channels.map(({ name }) => name)).toEqual(["tv", "tv_2", "c_123"]);
  });

  it("have no spend below 0", async () => {
    const { channels, parts } = await assign({
      tv_spend: [1, -2, 3, 7],
      radio_spend: [4, 5, 7, 2],
    });
    expect(channels.map(({ spend }) => spend)).toEqual(["radio_spend"]);
    expect(parts.get("tv_spend")).toBe("left_out");
  });

  it("are told by exposure where nothing else is there", async () => {
    const { channels } = await assign({ tv_grps: [1, 2, 3, 7], social_impressions: [4, 5, 7, 2] });
    expect(channels).toMatchObject([
      { name: "tv", spend: "tv_grps", exposure: null },
      { name: "social", spend: "social_impressions" },
    ]);
  });

  it("of reach and frequency are modelled on reach", async () => {
    const { channels, parts } = await assign({
      ch4_spend: [1, 2, 3, 7],
      ch4_reach: [10, 20, 30, 70],
      ch4_frequency: [1.5, 2.5, 1.25, 2],
    });
    expect(channels[0]?.exposure).toBe("ch4_reach");
    expect(parts.get("ch4_frequency")).toBe("left_out");
  });
});
