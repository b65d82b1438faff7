/** A small weekly data set and its model, for tests of agents, trainers and monitoring. */
import { parseModelConfig, type ModelConfig } from "../../model/config.ts";
import { parseDataset, type Dataset } from "../../model/data/dataset.ts";
import { Random } from "../../model/random.ts";

export interface SmallData {
  readonly weeks?: number;
  /** What sales are multiplied by from a week on, to make drift. */
  readonly drift?: { readonly from: number; readonly factor: number };
}

/** Weeks with two channels, season and noise from a fixed seed. */
export function smallCsv({ weeks = 156, drift }: SmallData = {}): string {
  const random = new Random(7);
  const lines = ["date,sales,tv_spend,search_spend"];
  let carried = 0;
  for (let week = 0; week < weeks; week += 1) {
    const tv = week % 4 === 0 ? 0 : Math.round(1000 + 4000 * random.uniform());
    const search = Math.round(500 + 1500 * random.uniform());
    carried = tv + 0.5 * carried;
    const media = 6 * carried ** 0.8 + 20 * search ** 0.7;
    const season = 4000 * Math.sin((2 * Math.PI * week) / 52);
    const sales = 30_000 + 30 * week + season + media + 800 * random.normal();
    const factor = drift !== undefined && week >= drift.from ? drift.factor : 1;
    const date = new Date(Date.UTC(2021, 0, 4 + 7 * week)).toISOString().slice(0, 10);
    lines.push(`${date},${Math.round(sales * factor)},${tv},${search}`);
  }
  return `${lines.join("\n")}\n`;
}

export function smallConfig(more: Readonly<Record<string, unknown>> = {}): ModelConfig {
  return parseModelConfig({
    model_id: "small",
    data: { path: "small.csv", date: "date", target: "sales" },
    channels: [
      { name: "tv", spend: "tv_spend", media_type: "tv" },
      { name: "search", spend: "search_spend", media_type: "search" },
    ],
    ...more,
  });
}

export function smallDataset(data: SmallData = {}): Dataset {
  return parseDataset(smallCsv(data), smallConfig());
}
