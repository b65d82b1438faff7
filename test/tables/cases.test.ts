/** Protects: the small files that were refused or led astray are read, or refused by the right words. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { prepareContent, readDataset } from "../../agents/data-source.ts";
import { parseModelConfig } from "../../model/config.ts";
import { trainModel } from "../../model/train.ts";

const CASES = "../shared/cases/";
const read = (name: string): Uint8Array => readFileSync(CASES + name);
const config = (name: string) => parseModelConfig(JSON.parse(readFileSync(CASES + name, "utf8")));

describe.skipIf(!existsSync(CASES))(`the files of ${CASES}`, () => {
  it("monthly: 13 weeks are three months, and a model trains on them", async () => {
    const monthly = config("monthly/config_monthly.json");
    const dataset = await readDataset(read("monthly/data.csv"), monthly);
    expect(dataset).toMatchObject({ frequency: "monthly", dates: { length: 156 } });
    expect(dataset.dates.slice(0, 2)).toEqual(["2012-01-01", "2012-02-01"]);
    const trained = trainModel(dataset, { ...monthly, inference: "point" }, { seed: 1 });
    expect(trained.data).toMatchObject({ frequency: "monthly", locked_periods: 3 });
    expect(trained.validation.folds.map(({ actual }) => actual.length)).toEqual([3, 3, 3, 3]);
  });

  it("monthly: the same numbers from UTF-16, and the record says how they were read", async () => {
    const monthly = config("monthly/config_monthly.json");
    const plain = await readDataset(read("monthly/data.csv"), monthly);
    const wide = await readDataset(read("monthly/utf16.csv"), monthly);
    expect([...wide.target]).toEqual([...plain.target]);
    expect(plain.reading).toBeUndefined();
    expect(wide.reading).toMatchObject({ encoding: "utf-16le", byte_order_mark: true });
  });

  it("monthly: a configuration for weeks is told that the rows are months", async () => {
    await expect(
      readDataset(read("monthly/data.csv"), config("monthly/config.json")),
    ).rejects.toThrow(/set data.frequency to "monthly"/);
  });

  it("monthly: semicolons with decimal commas, and timestamps, are read", async () => {
    const weekly = config("monthly/config.json");
    const semicolon = await readDataset(read("monthly/semicolon.csv"), weekly);
    expect([...semicolon.target]).toEqual([1.5, 1.7]);
    const { rows } = await prepareContent(read("monthly/datetime.csv"), weekly);
    expect(rows.map(([date]) => date)).toEqual(["2021-03-28", "2021-03-29"]);
  });

  it("panel-picture: several rows per date are told apart by a geo, not removed", async () => {
    const asked = readDataset(
      read("panel-picture/geo2.csv"),
      config("panel-picture/geo_not_named.json"),
    );
    await expect(asked).rejects.toThrow(
      /Several rows per date, one for each "geo"; set data\.geo\.column to "geo"/,
    );
    await expect(asked).rejects.not.toThrow(/remove/);
  });
});

describe("a hint", () => {
  it("tells nobody to write down what was not measured", async () => {
    const weekly = parseModelConfig({
      model_id: "m",
      data: { path: "x", date: "date", target: "sales" },
      channels: [{ name: "tv", spend: "tv", media_type: "tv" }],
    });
    const target = readDataset("date,sales,tv\n2024-01-01,1,2\n2024-01-08,,2\n", weekly);
    await expect(target).rejects.toThrow(/find what was measured, or end the data before that row/);
    const spend = readDataset("date,sales,tv\n2024-01-01,1,2\n2024-01-08,3,\n", weekly);
    await expect(spend).rejects.toThrow(/write 0 only if nothing was spent/);
  });
});
