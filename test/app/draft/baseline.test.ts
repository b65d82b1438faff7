/** Drafts: files that the program's own parsers take, with what the data decide and nothing else. */
import { describe, expect, it } from "vitest";
import { parseBusinessContext } from "../../../agents/business-context.ts";
import { draftBaseline, draftContext, findMediaType } from "../../../app/draft/baseline.ts";
import { parseModelConfig } from "../../../model/config.ts";
import { readDataTable } from "../../../tables/read.ts";
import { guessColumnRoles } from "../../../tables/roles/guess.ts";
import { MEDIUM_WORDS } from "../../../tables/roles/words.ts";

const FACTS = {
  dataPath: "d.csv",
  modelId: "m",
  unit: "u",
  weekLabel: "start",
  hints: {},
} as const;

/** A file of so many weeks, with more columns of text at the end of each line. */
async function draft(weeks: number, head = "", cell = "") {
  const rows = Array.from({ length: weeks }, (_, week) => {
    const date = new Date(Date.UTC(2020, 0, 6) + week * 7 * 86_400_000).toISOString().slice(0, 10);
    return `${date},${900 + ((week * 53) % 97)},${100 + ((week * 37) % 91)}${cell}`;
  });
  const text = [`date,orders,email_cost${head}`, ...rows].join("\n");
  const table = await readDataTable(Buffer.from(text));
  const roles = guessColumnRoles(table);
  return { table, roles, baseline: draftBaseline(table, roles, FACTS) };
}

describe("a drafted baseline", () => {
  it("says what was decided and leaves the rest to the defaults", async () => {
    const { baseline } = await draft(160);
    expect(baseline).toMatchObject({
      model_id: "m",
      data: { path: "d.csv", date: "date", target: "orders", frequency: "weekly", controls: [] },
      channels: [{ name: "email", spend: "email_cost", media_type: "direct" }],
    });
    expect(Object.keys(baseline)).not.toContain("evaluation");
    expect(parseModelConfig(baseline).evaluation.folds).toBe(4);
  });

  it("has shorter blocks where the history is short, and leaves a third of it to train", async () => {
    for (const weeks of [40, 60, 80, 110]) {
      const { evaluation } = parseModelConfig((await draft(weeks)).baseline);
      const judged = evaluation.folds * evaluation.horizon_weeks + evaluation.locked_test_weeks;
      expect(judged, String(weeks)).toBeLessThanOrEqual((weeks * 2) / 3);
      expect(evaluation.horizon_weeks).toBeLessThan(13);
    }
  });

  it("keeps a person's answers to what the file leaves open", async () => {
    const { table, roles } = await draft(160);
    const hints = { decimal: "comma", dateOrder: "day_first", sheet: "Data" } as const;
    expect(draftBaseline(table, roles, { ...FACTS, hints })["data"]).toMatchObject({
      decimal: "comma",
      date_order: "day_first",
      sheet: "Data",
    });
  });
});

describe("a drafted context", () => {
  it("says what the target is, and the currency only where it is seen", async () => {
    const plain = await draft(160);
    expect(parseBusinessContext(draftContext(plain.roles, { unit: "u" }))).toMatchObject({
      business_unit: "u",
      roi_unit: "units",
      currency: "EUR",
    });
    expect(draftContext(plain.roles, { unit: "u" })).not.toHaveProperty("currency");
    const money = await draft(160, ",tv_spend_usd", ",7");
    expect(draftContext(money.roles, { unit: "u" })).toMatchObject({ currency: "USD" });
    const multiplied = await draft(160, ",revenue_per_order", ",7.5");
    expect(draftContext(multiplied.roles, { unit: "u" })).toMatchObject({ roi_unit: "units" });
  });
});

describe("a media type", () => {
  it("is there for every medium that a name can tell", () => {
    for (const [medium] of MEDIUM_WORDS) expect(findMediaType(medium), medium).toBeTypeOf("string");
    expect(findMediaType("influencer")).toBe("social");
    expect(findMediaType("tv")).toBe("tv");
  });
});
