/** Data sets and configurations the model's tests share. */

import { existsSync, readFileSync } from "node:fs";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { DEFAULT_SIMULATION } from "../../model/simulate/simulation-spec.ts";
import type { Simulation } from "../../model/simulate/simulate.ts";
import { simulateData, createSimulationConfig } from "../../model/simulate/simulate.ts";

interface GoldenRidge {
  readonly size: number;
  readonly penalty: number;
  readonly gram: number[];
  readonly right: number[];
  readonly beta: number[];
}

export interface Golden {
  readonly adstock: {
    readonly x: number[];
    readonly cases: { decay: number; lag_max: number; normalized: boolean; out: number[] }[];
  };
  readonly hill: { alpha: number; gamma: number; points: number[]; out: number[] }[];
  readonly ridge: GoldenRidge[];
  readonly objective: {
    readonly csv: string;
    readonly points: number[][];
    readonly loss_plain: number[];
    readonly loss_tuned: number[];
    readonly locked_wmape: number[];
  };
}

/** Numbers computed with numpy and scipy by test/golden/model_reference.py. */
export const golden = JSON.parse(readFileSync("test/golden/model.json", "utf8")) as Golden;

/** Configuration of the golden objective. */
export function goldenConfig(): ModelConfig {
  return parseModelConfig({
    model_id: "golden",
    data: { path: "golden.csv", date: "date", target: "sales", controls: ["index"] },
    channels: ["a", "b", "c"].map((name) => ({ name, spend: name, media_type: "other" })),
  });
}

export interface Case {
  readonly simulation: Simulation;
  readonly config: ModelConfig;
  readonly dataset: Dataset;
}

/** The default simulation, with changes to its specification and its configuration. */
export function simulated(
  seed: number,
  spec: Partial<typeof DEFAULT_SIMULATION> = {},
  config: Record<string, unknown> = {},
): Case {
  const simulation = simulateData({ ...DEFAULT_SIMULATION, ...spec }, seed);
  const parsed = parseModelConfig({
    ...createSimulationConfig(simulation.truth.spec, "simulated.csv"),
    ...config,
  });
  return { simulation, config: parsed, dataset: parseDataset(simulation.csv, parsed) };
}

export const ROBYN_CSV = "../shared/data/robyn/dt_simulated_weekly.csv";
export const PYMC_CSV = "../shared/data/pymc-marketing/mmm_example.csv";
export const hasRobyn = existsSync(ROBYN_CSV);
export const hasPymc = existsSync(PYMC_CSV);

export function robynCase(): { config: ModelConfig; dataset: Dataset } {
  const config = parseModelConfig({
    model_id: "robyn",
    data: {
      path: ROBYN_CSV,
      date: "DATE",
      target: "revenue",
      controls: ["competitor_sales_B", "newsletter"],
      events: ["events"],
    },
    channels: [
      { name: "tv", spend: "tv_S", media_type: "tv" },
      { name: "ooh", spend: "ooh_S", media_type: "ooh" },
      { name: "print", spend: "print_S", media_type: "print" },
      { name: "facebook", spend: "facebook_S", exposure: "facebook_I", media_type: "social" },
      { name: "search", spend: "search_S", exposure: "search_clicks_P", media_type: "search" },
    ],
  });
  return { config, dataset: parseDataset(readFileSync(ROBYN_CSV, "utf8"), config) };
}

/** Paths of values in a result that are not JSON-safe. */
export function unsafeNumbers(value: unknown, path = ""): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (value === undefined || ArrayBuffer.isView(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => unsafeNumbers(part, `${path}.${key}`));
}

/** The CSV with one column's values replaced. */
export function withColumn(
  csv: string,
  column: string,
  of: (row: number, old: string) => string,
): string {
  const lines = csv.trimEnd().split("\n");
  const header = (lines[0] ?? "").split(",");
  const at = header.indexOf(column);
  const rows = lines.slice(1).map((line, row) => {
    const cells = line.split(",");
    cells[at] = of(row, cells[at] ?? "");
    return cells.join(",");
  });
  return `${[header.join(","), ...rows].join("\n")}\n`;
}
