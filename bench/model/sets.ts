/**
 * The data sets of the model bench, with the configuration each is fitted under.
 *
 * The public sets are read from ../shared/data (see its README for sources and licences) and are
 * skipped by name when absent; the simulated ones are made here. `truth` holds ROI where it is known.
 */

import { existsSync, readFileSync } from "node:fs";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { parseDataset } from "../../model/data/dataset.ts";
import { simulateData, createSimulationConfig } from "../../model/simulate/simulate.ts";
import type { SimulationSpec } from "../../model/simulate/simulation-spec.ts";
import { DEFAULT_SIMULATION } from "../../model/simulate/simulation-spec.ts";
import { DEFAULT_BOUNDS } from "../../model/media-types.ts";
import { Random } from "../../model/random.ts";

export interface BenchSet {
  readonly name: string;
  readonly config: ModelConfig;
  readonly dataset: Dataset;
  readonly csv: string;
  /** Whether the target is money in the currency of the spend. */
  readonly targetIsRevenue: boolean;
  /** True ROI per channel, where known. */
  readonly truth: Readonly<Record<string, number>> | null;
}

/** Sets whose target is not in the currency of the spend, or is anonymised. */
const UNITS: readonly string[] = ["pymc-example", "pymc-roas", "retail"];

const ROOT = "../shared/data";

interface Source {
  readonly name: string;
  readonly path: string;
  readonly config: (header: readonly string[]) => Record<string, unknown>;
  readonly truth?: () => Record<string, number>;
}

const sameNames = (names: readonly string[], mediaType: string) =>
  names.map((name) => ({ name, spend: name, media_type: mediaType }));

function igorlima(seed: number): Source {
  const folder = `${ROOT}/igorlima-sim/seed${seed}`;
  return {
    name: `igorlima-${seed}`,
    path: `${folder}/national.csv`,
    config: () => ({
      data: { date: "date", target: "revenue", controls: ["competitor_index"] },
      channels: ["tv", "ooh", "social", "display", "search"].map((name) => ({
        name,
        spend: `${name}_spend`,
        exposure: `${name}_impressions`,
        media_type: name,
      })),
    }),
    truth: () => {
      const file = JSON.parse(readFileSync(`${folder}/ground_truth.json`, "utf8")) as {
        channels: Record<string, { true_roi: number }>;
      };
      return Object.fromEntries(
        Object.entries(file.channels).map(([name, { true_roi }]) => [name, true_roi]),
      );
    },
  };
}

const SOURCES: readonly Source[] = [
  {
    name: "robyn",
    path: `${ROOT}/robyn/dt_simulated_weekly.csv`,
    config: () => ({
      data: {
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
    }),
  },
  {
    name: "pymc-example",
    path: `${ROOT}/pymc-marketing/mmm_example.csv`,
    config: () => ({
      data: { date: "date_week", target: "y", controls: ["event_1", "event_2"] },
      adstock: { max_lag_weeks: 7 },
      channels: sameNames(["x1", "x2"], "other"),
    }),
  },
  {
    name: "pymc-roas",
    path: `${ROOT}/pymc-marketing/mmm_roas_data.csv`,
    config: () => ({
      data: { date: "date", target: "y", controls: ["z"] },
      adstock: { max_lag_weeks: 3 },
      evaluation: { folds: 3, horizon_weeks: 10, locked_test_weeks: 10 },
      channels: sameNames(["x1", "x2"], "other"),
    }),
    truth: () => ({ x1: 93.388, x2: 171.409 }),
  },
  igorlima(101),
  igorlima(102),
  {
    name: "meridian",
    path: `${ROOT}/meridian/national_media.csv`,
    config: () => ({
      data: {
        date: "time",
        target: "conversions",
        target_multiplier: "revenue_per_conversion",
        controls: ["competitor_activity_score_control", "sentiment_score_control"],
      },
      channels: [0, 1, 2, 3].map((index) => ({
        name: `channel${index}`,
        spend: `Channel${index}_spend`,
        exposure: `Channel${index}_impression`,
        media_type: "other",
      })),
    }),
  },
  {
    name: "retail",
    path: `${ROOT}/mmm_stan/data.csv`,
    config: (header) => ({
      data: {
        date: "wk_strt_dt",
        target: "sales",
        controls: header.filter((name) => /^(me_|st_ct|mrkdn|va_pub|hldy_)/.test(name)),
      },
      architecture: { seasonality: { fourier_pairs: 3 } },
      channels: header
        .filter((name) => name.startsWith("mdsp_"))
        .map((name) => ({
          name: name.slice(5),
          spend: name,
          exposure: name.replace("mdsp_", "mdip_"),
          media_type: "other",
        })),
    }),
  },
];

/** Public sets that are there, and `simulations` simulated ones. */
export function benchSets(simulations: number): BenchSet[] {
  const found = SOURCES.flatMap((source) => {
    if (!existsSync(source.path)) {
      console.error(`skipped ${source.name}: ${source.path} is not there`);
      return [];
    }
    return [readSet(source)];
  });
  return [...found, ...Array.from({ length: simulations }, (_, seed) => simulatedSet(seed + 1))];
}

function readSet(source: Source): BenchSet {
  const csv = readFileSync(source.path, "utf8");
  const header = (csv.split("\n")[0] ?? "").trim().replaceAll('"', "").split(",");
  const own = source.config(header) as { data: Record<string, unknown> };
  const config = parseModelConfig({
    model_id: source.name,
    ...own,
    data: { ...own.data, path: source.path },
  });
  return {
    name: source.name,
    config,
    dataset: parseDataset(csv, config),
    csv,
    targetIsRevenue: !UNITS.includes(source.name),
    truth: source.truth?.() ?? null,
  };
}

/** The default simulation. */
export function simulatedSet(seed: number, spec: SimulationSpec = DEFAULT_SIMULATION): BenchSet {
  const { csv, truth } = simulateData(spec, seed);
  const config = parseModelConfig(createSimulationConfig(spec, "simulated.csv"));
  return {
    name: `simulated-${seed}`,
    config,
    dataset: parseDataset(csv, config),
    csv,
    targetIsRevenue: true,
    truth: Object.fromEntries(Object.entries(truth.channels).map(([name, { roi }]) => [name, roi])),
  };
}

/** Simulations whose truth does not lie near the media types' typical values but anywhere. */
export function randomSets(count: number): BenchSet[] {
  return Array.from({ length: count }, (_, seed) => ({
    ...simulatedSet(seed + 1, randomSpec(seed + 1)),
    name: `random-truth-${seed + 1}`,
  }));
}

/** The default simulation with its truth drawn anew, uniformly over the media types' ranges. */
export function randomSpec(seed: number): SimulationSpec {
  const random = new Random(seed + 0.25);
  const within = ([low, high]: readonly [number, number]): number =>
    low + (high - low) * random.uniform();
  return {
    ...DEFAULT_SIMULATION,
    channels: DEFAULT_SIMULATION.channels.map((channel) => {
      const ranges = DEFAULT_BOUNDS[channel.media_type];
      return {
        ...channel,
        decay: within(ranges.decay),
        alpha: within(ranges.alpha),
        gamma: within(ranges.gamma),
        roi: within([0.5, 4]),
      };
    }),
  };
}

/** A wide set of independent log-normal channels, for timing only. */
export function wideSet(channels: number, periods: number): BenchSet {
  const first = DEFAULT_SIMULATION.channels[0];
  if (first === undefined) throw new Error("the default simulation has no channels");
  return simulatedSet(1, {
    ...DEFAULT_SIMULATION,
    periods,
    channels: Array.from({ length: channels }, (_, index) => ({
      ...first,
      name: `c${index}`,
      active_share: 0.8,
    })),
  });
}
