import { describe, expect, it } from "vitest";
import { inspectTable } from "../../../tables/check/inspect.ts";
import { guessRoles } from "../../../tables/check/roles.ts";
import { readDataTable } from "../../../tables/read.ts";

const roles = {
  date: "date",
  target: "sales",
  geo: null,
  channels: ["tv", "display", "flat", "none"].map((name) => ({
    name,
    spend: name,
    exposure: null,
  })),
  controls: [],
};
const inspect = async (lines: readonly string[]) =>
  inspectTable(await readDataTable(new TextEncoder().encode(`${lines.join("\n")}\n`)), roles);
const weeks = Array.from({ length: 40 }, (_, week) => {
  const date = new Date(Date.UTC(2024, 0, 1 + 7 * week)).toISOString().slice(0, 10);
  const tv = (week * 37) % 101;
  return `${date},${1000 + ((week * 53) % 97)},${tv},${2 * tv + (week % 2)},50,0`;
});
const HEADER = "date,sales,tv,display,flat,none";

describe("a data check", () => {
  it("says of each channel whether its effect can be told, and from whom not", async () => {
    const { channels, coverage, problems, verdict } = await inspect([HEADER, ...weeks]);
    expect(problems).toEqual([]);
    expect(channels.map(({ channel, readiness }) => [channel, readiness])).toEqual([
      ["tv", "not_ready"],
      ["display", "not_ready"],
      ["flat", "not_ready"],
      ["none", "not_ready"],
    ]);
    expect(channels[0]?.reasons[0]).toMatch(/^cannot be told from display/);
    expect(channels[2]?.reasons[0]).toMatch(/does not vary/);
    expect(channels[3]?.reasons).toEqual(["no spend"]);
    expect(channels[1]?.spend_share).toBeGreaterThan(0.4);
    expect(coverage).toMatchObject({ periods: 40, frequency: "weekly", gaps: 0 });
    expect(verdict).toBe("caution");
  });

  it("names every problem at once, with line and remedy", async () => {
    const broken = weeks
      .with(5, "")
      .with(3, (weeks[3] ?? "").replace(/,\d+,/, ",,"))
      .with(8, (weeks[8] ?? "").replace(",50,", ",-50,"));
    const { problems, verdict } = await inspect([HEADER, ...broken, weeks.at(-1) ?? ""]);
    expect(problems.map(({ code, line, column }) => [code, line, column])).toEqual([
      ["value_missing", 5, "sales"],
      ["value_negative", 10, "flat"],
      ["date_gap", 8, "date"],
      ["date_duplicate", 42, "date"],
    ]);
    expect(problems.every(({ remedy }) => remedy.length > 10)).toBe(true);
    expect(problems[0]?.remedy).toMatch(/0 would be a period without sales/);
    expect(verdict).toBe("not_ready");
  });

  it("adds the geos of a panel up", async () => {
    const text = `date,region,sales,tv_spend\n${weeks
      .flatMap((week) =>
        ["A", "B"].map((geo) => week.split(",").slice(0, 1).concat(geo, "5", "2").join()),
      )
      .join("\n")}\n`;
    const table = await readDataTable(new TextEncoder().encode(text));
    const guessed = guessRoles(table);
    expect(guessed).toMatchObject({ geo: "region", target: "sales", channels: [{ name: "tv" }] });
    if (guessed === null) return;
    const { target, coverage } = inspectTable(table, guessed);
    expect(target?.mean).toBe(10);
    expect(coverage).toMatchObject({ geos: 2, periods: 40 });
  });
});
