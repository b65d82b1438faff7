/**
 * Data with known truth: for the shipped example, for tests and for the accuracy bench.
 *
 *   y_t = base (1 + trend·t/year + season_t + competitor + promotion) + Σ_c β_c s_ct + noise_t
 *
 * with the engine's own transformation (so the truth is in the model's family: kinder than real
 * data), AR(1) noise, log-normal spend in flights, and spend that may follow the season.
 *
 * 1. The same specification and seed give the same text, byte for byte.
 * 2. Σ contribution_c / Σ spend_c is exactly the channel's stated ROI.
 * 3. Amounts keep their figures whatever unit money is in.
 */

import { parseDayNumber, formatIsoDate } from "../calendar.ts";
import { ModelError } from "../errors.ts";
import { sum } from "../numbers.ts";
import { Random, deriveSeed } from "../random.ts";
import type { SimulationSpec } from "./simulation-spec.ts";
import {
  applyAdstock,
  computeHillSaturation,
  computeSaturationScales,
} from "../transform/transform.ts";

const DAYS_PER_YEAR = 365.25;
const FLIGHT_WEEKS = 4;
const PROMOTION_SHARE = 0.1;

export interface ChannelTruth {
  readonly decay: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly coefficient: number;
  readonly roi: number;
  readonly mroi: number;
  readonly spend: number;
  readonly contribution: readonly number[];
}

export interface Simulation {
  readonly csv: string;
  readonly truth: {
    readonly seed: number;
    readonly spec: SimulationSpec;
    readonly noise_sd: number;
    readonly baseline: readonly number[];
    readonly channels: Readonly<Record<string, ChannelTruth>>;
  };
}

/**
 * Simulates one series.
 *
 * @throws ModelError `simulation_invalid` when the start date is not a date.
 */
export function simulateData(spec: SimulationSpec, seed: number): Simulation {
  const start = parseDayNumber(spec.start_date);
  if (start === null) {
    throw new ModelError(
      "simulation_invalid",
      `Simulation, start_date: "${spec.start_date}" is not a date`,
      {
        field: "start_date",
      },
    );
  }
  const step = spec.frequency === "weekly" ? 7 : 1;
  const days = Array.from({ length: spec.periods }, (_, period) => start + step * period);
  const season = days.map((day) => Math.sin((2 * Math.PI * (day - 60)) / DAYS_PER_YEAR));
  const competitor = simulateCompetitorIndex(spec, new Random(deriveSeed(seed, 1)));
  const promotion = simulatePromotions(spec, new Random(deriveSeed(seed, 2)));
  const noise = simulateNoise(spec, new Random(deriveSeed(seed, 3)));
  const baseline = days.map((day, period) => {
    const years = (day - start) / DAYS_PER_YEAR;
    const share =
      1 +
      spec.trend_per_year * years +
      spec.season_amplitude * (season[period] ?? 0) +
      spec.competitor_effect * (((competitor[period] ?? 0) - 100) / 5) +
      spec.promotion_effect * (promotion[period] ?? 0);
    return spec.base_level * share;
  });
  const spends = spec.channels.map((channel, index) =>
    simulateSpend(spec, { channel, season, random: new Random(deriveSeed(seed, 10 + index)) }),
  );
  const truths = spec.channels.map((channel, index) =>
    computeChannelTruth(spec, channel, spends[index] ?? new Float64Array(spec.periods)),
  );
  const sales = baseline.map(
    (base, period) =>
      base + (noise[period] ?? 0) + sum(truths.map((truth) => truth.contribution[period] ?? 0)),
  );
  return {
    csv: toCsv(spec, { days, sales, spends, competitor, promotion }),
    truth: {
      seed,
      spec,
      noise_sd: spec.noise * spec.base_level,
      baseline,
      channels: Object.fromEntries(
        spec.channels.map((channel, index) => [channel.name, truths[index] as ChannelTruth]),
      ),
    },
  };
}

function simulateCompetitorIndex(spec: SimulationSpec, random: Random): number[] {
  let level = 0;
  return Array.from({ length: spec.periods }, () => {
    level = 0.8 * level + 0.6 * random.normal();
    return roundTo(100 + 5 * level, 2);
  });
}

function simulatePromotions(spec: SimulationSpec, random: Random): number[] {
  return Array.from({ length: spec.periods }, () => (random.uniform() < PROMOTION_SHARE ? 1 : 0));
}

function simulateNoise(spec: SimulationSpec, random: Random): number[] {
  const own = Math.sqrt(1 - spec.noise_autocorrelation ** 2);
  let level = random.normal();
  return Array.from({ length: spec.periods }, () => {
    level = spec.noise_autocorrelation * level + own * random.normal();
    return level * spec.noise * spec.base_level;
  });
}

type ChannelSpec = SimulationSpec["channels"][number];

/** Log-normal spend around the mean, in flights, leaning on the season when asked. */
function simulateSpend(
  spec: SimulationSpec,
  { channel, season, random }: { channel: ChannelSpec; season: readonly number[]; random: Random },
): Float64Array {
  const flight = FLIGHT_WEEKS * (spec.frequency === "weekly" ? 1 : 7);
  const stop = 1 / flight;
  const begin = (stop * channel.active_share) / Math.max(1 - channel.active_share, 1e-9);
  let active = random.uniform() < channel.active_share;
  return Float64Array.from({ length: spec.periods }, (_, period) => {
    if (channel.active_share < 1) {
      active = active ? random.uniform() >= stop : random.uniform() < begin;
    }
    const variation = channel.spend_variation;
    const level = Math.exp(variation * random.normal() - 0.5 * variation * variation);
    const lean = 1 + channel.season_following * (season[period] ?? 0);
    return active
      ? roundTo(channel.mean_spend * level * Math.max(lean, 0), countDigits(channel.mean_spend))
      : 0;
  });
}

function computeChannelTruth(
  spec: SimulationSpec,
  channel: ChannelSpec,
  spend: Float64Array,
): ChannelTruth {
  const weeks = spec.frequency === "weekly" ? 1 : 7;
  const scaleEnd = spec.scale_periods ?? Math.max(1, spec.periods - 65 * weeks);
  const settings = {
    stride: 1,
    lagMax: spec.max_lag * weeks,
    normalized: spec.normalized,
    scaleEnds: [scaleEnd, spec.periods],
  };
  const adstocked = new Float64Array(spec.periods);
  applyAdstock(spend, channel.decay, settings, adstocked);
  const scale = computeSaturationScales(adstocked, settings)[0]?.value ?? 0;
  const response = (multiplier: number): Float64Array =>
    adstocked.map((a) =>
      computeHillSaturation(scale > 0 ? (multiplier * a) / scale : 0, channel.alpha, channel.gamma),
    );
  const saturated = response(1);
  const total = sum(spend);
  const effect = sum(saturated);
  const coefficient = effect > 0 ? (channel.roi * total) / effect : 0;
  return {
    decay: channel.decay,
    alpha: channel.alpha,
    gamma: channel.gamma,
    coefficient,
    roi: effect > 0 ? channel.roi : 0,
    mroi: total > 0 ? (coefficient * (sum(response(1.01)) - effect)) / (0.01 * total) : 0,
    spend: total,
    contribution: Array.from(saturated, (value) => coefficient * value),
  };
}

interface Columns {
  readonly days: readonly number[];
  readonly sales: readonly number[];
  readonly spends: readonly Float64Array[];
  readonly competitor: readonly number[];
  readonly promotion: readonly number[];
}

function toCsv(spec: SimulationSpec, columns: Columns): string {
  const header = [
    "date",
    spec.target,
    ...spec.channels.map((channel) => `${channel.name}_spend`),
    "competitor_index",
    "promotion",
  ];
  const digits = countDigits(spec.base_level);
  const lines = columns.days.map((day, period) =>
    [
      formatIsoDate(day),
      roundTo(columns.sales[period] ?? 0, digits),
      ...columns.spends.map((spend) => spend[period] ?? 0),
      columns.competitor[period] ?? 0,
      columns.promotion[period] === 1 ? "promotion" : "na",
    ].join(","),
  );
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

/** Decimals of an amount: cents, and six figures of a usual value where the unit is large. */
function countDigits(usual: number): number {
  return usual < 10 ? Math.min(15, 5 - Math.floor(Math.log10(usual))) : 2;
}

function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

/** A model configuration that fits the simulated data, at the media types' defaults. */
export function createSimulationConfig(
  spec: SimulationSpec,
  path: string,
): Record<string, unknown> {
  return {
    model_id: "simulated-example",
    data: {
      path,
      date: "date",
      target: spec.target,
      frequency: spec.frequency,
      controls: ["competitor_index"],
      events: ["promotion"],
    },
    channels: spec.channels.map((channel) => ({
      name: channel.name,
      spend: `${channel.name}_spend`,
      media_type: channel.media_type,
    })),
    adstock: { type: "geometric", normalized: spec.normalized, max_lag_weeks: spec.max_lag },
  };
}
