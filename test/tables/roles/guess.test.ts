/** What columns are taken for: names of several languages, and values. */
import { describe, expect, it } from "vitest";
import { guessColumnRoles } from "../../../tables/roles/guess.ts";
import { readDataTable } from "../../../tables/read.ts";

const WEEKS = 30;

/** A weekly file: each column from its week, a number or a text. */
async function tableWith(columns: Readonly<Record<string, (week: number) => number | string>>) {
  const names = Object.keys(columns);
  const rows = Array.from({ length: WEEKS }, (_, week) => {
    const date = new Date(Date.UTC(2024, 0, 1) + week * 7 * 86_400_000).toISOString().slice(0, 10);
    return [date, ...Object.values(columns).map((make) => String(make(week)))].join(",");
  });
  return readDataTable(Buffer.from([["date", ...names].join(","), ...rows].join("\n")));
}

const spend = (week: number) => 100 + ((week * 37) % 91);
const seen = (week: number) => 10 * spend(week);
const sold = (week: number) => 5000 + ((week * 53) % 997);

/** Parts by column, channels as `part:channel`. */
async function guess(columns: Parameters<typeof tableWith>[0], target?: string) {
  const roles = guessColumnRoles(await tableWith(columns), { target });
  const parts = roles.columns.map(({ column, part, channel }) => [
    column,
    channel === null ? part : `${part}:${channel}`,
  ]);
  return { ...roles, parts: Object.fromEntries(parts) as Record<string, string> };
}

describe("columns", () => {
  it("are read in German, with the medium of each channel", async () => {
    const { parts, channels, outcome, currency } = await guess({
      "Umsatz (EUR)": sold,
      "Ausgaben Fernsehen": spend,
      Radiokosten: (week) => spend(week) + 1,
      "Plakat Werbekosten": (week) => spend(week) + 2,
      "Kosten Suchmaschinenwerbung": (week) => spend(week) + 3,
      "Klicks Suchmaschinenwerbung": seen,
      Preisindex: (week) => 1 + (week % 7) / 10,
      Feiertage: (week) => (week % 9 === 0 ? "Ostern" : "keine"),
    });
    expect(parts).toMatchObject({
      date: "date",
      "Umsatz (EUR)": "target",
      "Ausgaben Fernsehen": "spend:fernsehen",
      Radiokosten: "spend:radio",
      "Klicks Suchmaschinenwerbung": "exposure:suchmaschinenwerbung",
      Preisindex: "control",
      Feiertage: "event",
    });
    expect(channels.map(({ medium }) => medium)).toEqual(["tv", "radio", "ooh", "search"]);
    expect([outcome, currency]).toEqual(["revenue", "EUR"]);
  });

  it("are read in French and Spanish", async () => {
    const french = await guess({
      "Chiffre d'affaires": sold,
      "Dépenses télé": spend,
      "Dépenses affichage": (week) => spend(week) + 1,
      "Dépenses réseaux sociaux": (week) => spend(week) + 2,
      "Prix moyen": (week) => 9 + (week % 5),
    });
    expect(french.channels.map(({ medium }) => medium)).toEqual(["tv", "ooh", "social"]);
    expect(french.parts).toMatchObject({ "Chiffre d'affaires": "target", "Prix moyen": "control" });
    const spanish = await guess({
      Ventas: sold,
      "Inversión televisión": spend,
      "Gasto buscadores": (week) => spend(week) + 1,
      "Gasto prensa": (week) => spend(week) + 2,
    });
    expect(spanish.channels.map(({ medium }) => medium)).toEqual(["tv", "search", "print"]);
    expect(spanish.parts["Ventas"]).toBe("target");
  });

  it.each([
    ["paid_search_spend", "search"],
    ["YouTubeSpend", "video"],
    ["spend_meta_ads", "social"],
    ["influencer_cost", "influencer"],
    ["affiliate_spend", "affiliate"],
    ["email_cost", "email"],
    ["CTV spend", "bvod"],
    ["OOH_cost", "ooh"],
    ["podcast_spend", "radio"],
    ["google_display_cost", "display"],
    ["direct mail spend", "direct"],
    ["kino_kosten", "cinema"],
    ["sponsoring_budget", "sponsorship"],
    ["thing_spend", "other"],
  ])("take %s for %s", async (name, medium) => {
    const { channels } = await guess({ sales: sold, [name]: spend });
    expect(channels.map((channel) => channel.medium)).toEqual([medium]);
    expect(channels[0]?.mediumKnown).toBe(medium !== "other");
  });

  it("pair spend and exposure by the rest of the name, and take the better exposure", async () => {
    const { parts } = await guess({
      revenue: sold,
      tv_S: spend,
      facebook_S: (week) => spend(week) + 1,
      facebook_clicks_P: seen,
      facebook_I: (week) => 2 * seen(week),
      radio_S: (week) => spend(week) + 2,
      radio_impressions: (week) => (week % 2 === 0 ? 0 : 5),
      newsletter: (week) => 40 + (week % 11),
      competitor_sales_B: (week) => 8000 + ((week * 31) % 401),
    });
    expect(parts).toMatchObject({
      facebook_I: "exposure:facebook",
      facebook_clicks_P: "left_out",
      radio_impressions: "left_out",
      newsletter: "organic",
      competitor_sales_B: "control",
    });
  });

  it("are media by their names alone only where no column is named as spend", async () => {
    const bare = await guess({ sales: sold, tv: spend, radio: (week) => spend(week) + 1 });
    expect(bare.parts).toMatchObject({ tv: "spend:tv", radio: "spend:radio" });
    const named = await guess({ sales: sold, tv_spend: spend, radio: (week) => spend(week) + 1 });
    expect(named.parts).toMatchObject({ tv_spend: "spend:tv", radio: "organic" });
  });

  it("that a model made, other outcomes and the calendar are no causes", async () => {
    const { parts } = await guess({
      revenue: sold,
      orders: (week) => 50 + ((week * 7) % 13),
      tv_spend: spend,
      tv_spend_adstock: (week) => spend(week) / 2,
      yhat: (week) => sold(week) + 1,
      week_of_year: (week) => (week % 52) + 1,
      row: (week) => week,
      rank: (week) => 3 * week + 1,
      population: () => 81,
      total_spend: spend,
    });
    for (const name of ["orders", "tv_spend_adstock", "yhat", "week_of_year", "row", "rank"]) {
      expect(parts[name], name).toBe("left_out");
    }
    expect(parts["population"]).toBe("left_out");
  });

  it("of competitors are controls, also what they spend, and visits are no controls", async () => {
    const { parts } = await guess({
      y: sold,
      competitor_spend: (week) => 900 + ((week * 31) % 401),
      paid_search: spend,
      website_visits: (week) => 300 + ((week * 17) % 101),
      brand_search_volume: (week) => 30 + ((week * 7) % 23),
    });
    expect(parts).toMatchObject({
      y: "target",
      competitor_spend: "control",
      paid_search: "spend:paid_search",
      website_visits: "left_out",
      brand_search_volume: "control",
    });
  });

  it("known to be spend need no name that says so", async () => {
    const table = await tableWith({ sales: sold, tv: spend, thing: (week) => spend(week) + 1 });
    const { channels } = guessColumnRoles(table, { paid: ["tv", "thing"] });
    expect(channels.map((one) => one.spend)).toEqual(["tv", "thing"]);
  });

  it("that add up the other spends are left out", async () => {
    const { parts, channels } = await guess({
      sales: sold,
      tv_spend: spend,
      radio_spend: (week) => 2 * spend(week),
      total_spend: (week) => 3 * spend(week),
    });
    expect(parts["total_spend"]).toBe("left_out");
    expect(channels).toHaveLength(2);
  });

  it("turn conversions into revenue where one says how", async () => {
    const { parts, outcome } = await guess({
      conversions: sold,
      revenue_per_conversion: (week) => 2 + (week % 3) / 10,
      Channel0_spend: spend,
      Channel0_impression: seen,
    });
    expect(parts).toEqual({
      date: "date",
      conversions: "target",
      revenue_per_conversion: "target_multiplier",
      Channel0_spend: "spend:channel0",
      Channel0_impression: "exposure:channel0",
    });
    expect(outcome).toBe("units");
  });

  it("take the target that is asked for, and doubt one that no name says", async () => {
    const columns = { revenue: sold, profit: (week: number) => sold(week) / 3, tv_spend: spend };
    expect((await guess(columns, "profit")).parts).toMatchObject({
      profit: "target",
      revenue: "left_out",
    });
    const { columns: unnamed } = await guess({ abc: sold, tv_spend: spend });
    expect(unnamed.find(({ column }) => column === "abc")).toMatchObject({
      part: "target",
      sure: false,
    });
  });

  it("all have one part and a reason", async () => {
    const { columns } = await guess({
      sales: sold,
      tv: spend,
      note: (week) => `n${week}`,
      a: seen,
    });
    for (const { why } of columns) expect(why).not.toBe("");
    expect(columns.map(({ column }) => column)).toEqual(["date", "sales", "tv", "note", "a"]);
  });
});
