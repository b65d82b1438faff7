/**
 * Data, methodology and priors of one posterior, scaled and laid out for the density.
 *
 *   y_gt/ȳ_g: the target over its geo's mean; x: exposure over the mean exposure per size of geo;
 *   w_c: the channel's share of all spend; ROI in units of Σy/Σspend (`describeRoiUnit`), so that
 *   Σ_c ROI_c w_c is the media-driven share of the target whatever the target's unit is.
 * Rows stand geo by geo, each geo filled up with zeros: row = geo · width + period.
 *
 * 1. Locked rows influence nothing here.
 * 2. A channel without spend or exposure in the training rows is left out and named in `silent`.
 */

import { countPeriods } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { ModelError } from "../errors.ts";
import { locateLiftTest } from "../lift-tests.ts";
import { logit, power } from "./arithmetic.ts";
import { fillUp } from "./kernels.ts";
import type { LinearPart } from "./linear-part.ts";
import { orderByGeo, prepareLinearPart } from "./linear-part.ts";
import type { Priors } from "./priors.ts";
import type { Profile } from "./profile.ts";
import { addMultiple, dotProduct } from "./symmetric.ts";

/** A Gaussian statement about a channel's effect in some of the rows. */
export interface LiftFactor {
  /** Periods [from, to) in every geo. */
  readonly from: number;
  readonly to: number;
  /** Share of each period's days that counts. */
  readonly days: readonly number[];
  /** Both in units of the target's training total. */
  readonly effect: number;
  readonly standardError: number;
}

export interface RoiFactor {
  /** Both in units of `describeRoiUnit`. */
  readonly roi: number;
  readonly sd: number;
}

export interface ChannelInput {
  readonly name: string;
  /** Position among the configuration's channels. */
  readonly index: number;
  /** Scaled exposure over all periods (locked ones too), geo by geo. */
  readonly exposure: Float64Array;
  readonly spend: number;
  readonly spendShare: number;
  readonly decayMiddle: number;
  readonly decaySpread: number;
  readonly lifts: readonly LiftFactor[];
  readonly rois: readonly RoiFactor[];
}

export interface PosteriorInputs {
  readonly priors: Priors;
  readonly profile: Profile;
  readonly periods: number;
  readonly periodsAll: number;
  readonly periodsPerWeek: number;
  readonly geos: number;
  /** periods × geos. */
  readonly rows: number;
  /** Rows of a geo in arrays, filled up (`kernels.ts`). */
  readonly width: number;
  /** Longest lag in periods. */
  readonly lagMax: number;
  readonly normalized: boolean;
  readonly channels: readonly ChannelInput[];
  readonly silent: readonly string[];
  /** geos × width. */
  readonly target: Float64Array;
  /** Mean target per geo. */
  readonly geoMeans: Float64Array;
  /** Mean target of a geo over the mean of all: weight of its rows in totals. */
  readonly geoWeights: Float64Array;
  readonly targetTotal: number;
  readonly spendTotal: number;
  readonly roiUnit: number;
  readonly linear: LinearPart;
  /** Residual spread of the linear part alone (without the level). */
  readonly noiseScale: number;
  /** Middle of κ per period. */
  readonly levelMiddle: number;
}

/**
 * Lays out the training rows.
 *
 * @throws ModelError `rows_too_few`, `target_constant`, `parameters_invalid` (no channel has spend).
 */
export function prepareInputs(
  dataset: Dataset,
  config: ModelConfig,
  { priors, profile }: { priors: Priors; profile: Profile },
): PosteriorInputs {
  const geos = dataset.geos.length;
  const periodsAll = dataset.dates.length;
  const locked = countPeriods(config.evaluation.locked_test_weeks, dataset.periodsPerWeek);
  const periods = periodsAll - locked;
  const linear = prepareLinearPart(dataset, config, { periods, profile });
  const columns = linear.own.length * geos + linear.shared.length;
  if (periods * geos < columns + config.channels.length + 2) {
    throw new ModelError(
      "rows_too_few",
      `${periods} training periods cannot hold ${columns} coefficients and ${config.channels.length} channels; give more data or fewer controls`,
      { periods, rows_needed: columns + config.channels.length + 2 },
    );
  }
  const scaled = scaleTarget(dataset, periods);
  const context = { dataset, config, periods, priors, targetTotal: scaled.targetTotal };
  const { channels, silent, spendTotal } = prepareChannels(context, scaled.geoWeights);
  return {
    priors,
    profile,
    periods,
    periodsAll,
    periodsPerWeek: dataset.periodsPerWeek,
    geos,
    rows: periods * geos,
    width: fillUp(periods),
    lagMax: countPeriods(config.adstock.max_lag_weeks, dataset.periodsPerWeek),
    normalized: config.adstock.normalized,
    channels,
    silent,
    ...scaled,
    target: fillRows(scaled.target, { geos, periods }),
    spendTotal,
    roiUnit: scaled.targetTotal / spendTotal,
    linear,
    noiseScale: measureNoise(scaled.target, linear, config.data.target),
    levelMiddle: priors.level.median / Math.sqrt(dataset.periodsPerWeek),
  };
}

/** Values geo by geo with each geo filled up with zeros. */
export function fillRows(
  values: Float64Array,
  { geos, periods }: { geos: number; periods: number },
): Float64Array {
  const width = fillUp(periods);
  const filled = new Float64Array(geos * width);
  for (let geo = 0; geo < geos; geo += 1) {
    filled.set(values.subarray(geo * periods, (geo + 1) * periods), geo * width);
  }
  return filled;
}

function scaleTarget(
  dataset: Dataset,
  periods: number,
): Pick<PosteriorInputs, "target" | "geoMeans" | "geoWeights" | "targetTotal"> {
  const geos = dataset.geos.length;
  const all = orderByGeo(dataset.target, geos);
  const periodsAll = dataset.dates.length;
  const geoMeans = new Float64Array(geos);
  let targetTotal = 0;
  for (let geo = 0; geo < geos; geo += 1) {
    let sum = 0;
    for (let t = 0; t < periods; t += 1) sum += all[geo * periodsAll + t] as number;
    geoMeans[geo] = Math.abs(sum) > 0 ? sum / periods : 1;
    targetTotal += sum;
  }
  const target = new Float64Array(geos * periods);
  for (let row = 0; row < target.length; row += 1) {
    const geo = Math.floor(row / periods);
    target[row] = (all[geo * periodsAll + (row % periods)] as number) / (geoMeans[geo] as number);
  }
  const mean = targetTotal / (geos * periods);
  return { target, geoMeans, geoWeights: geoMeans.map((one) => one / mean), targetTotal };
}

interface ChannelContext {
  readonly dataset: Dataset;
  readonly config: ModelConfig;
  readonly periods: number;
  readonly priors: Priors;
  readonly targetTotal: number;
}

function prepareChannels(
  context: ChannelContext,
  geoWeights: Float64Array,
): { channels: ChannelInput[]; silent: string[]; spendTotal: number } {
  const { dataset, config, periods } = context;
  const geos = dataset.geos.length;
  const silent: string[] = [];
  const measured = config.channels.flatMap(({ name }, index) => {
    const data = dataset.channels[index];
    const spend = sumPeriods(data?.spend, periods * geos);
    const mean = sumPeriods(data?.exposure, periods * geos) / (periods * geos);
    if (data === undefined || !(spend > 0) || !(mean > 0)) {
      silent.push(name);
      return [];
    }
    const periodsAll = dataset.dates.length;
    const exposure = orderByGeo(data.exposure, geos).map(
      (value, row) => value / (mean * (geoWeights[Math.floor(row / periodsAll)] as number)),
    );
    return [{ name, index, spend, exposure }];
  });
  if (measured.length === 0) {
    throw new ModelError(
      "parameters_invalid",
      "No channel has spend and exposure in the training rows: there is nothing to measure",
      { channels: config.channels.length },
    );
  }
  const spendTotal = measured.reduce((sum, { spend }) => sum + spend, 0);
  const channels = measured.map((channel) => ({
    ...channel,
    spendShare: channel.spend / spendTotal,
    ...decayPrior(context, channel.index),
    lifts: liftFactors(context, channel.name),
    rois: roiFactors(context, channel.name, spendTotal),
  }));
  return { channels, silent, spendTotal };
}

function sumPeriods(values: Float64Array | undefined, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += values?.[row] ?? 0;
  return sum;
}

/** logit of the decay per data period. */
function decayPrior(
  { config, priors, dataset }: ChannelContext,
  index: number,
): Pick<ChannelInput, "decayMiddle" | "decaySpread"> {
  const medium = config.channels[index]?.media_type ?? "other";
  const weekly = priors.decay.median[medium];
  return {
    decayMiddle: logit(power(weekly, 1 / dataset.periodsPerWeek)),
    decaySpread: priors.decay.sd_logit,
  };
}

function liftFactors(
  { dataset, config, periods, targetTotal }: ChannelContext,
  name: string,
): LiftFactor[] {
  const tests = (config.calibration?.lift_tests ?? []).filter(({ channel }) => channel === name);
  return tests.flatMap((test) => {
    const at = locateLiftTest(dataset, test, periods);
    if (at === null) return [];
    const [effect, standardError] = [test.effect, test.standard_error].map((v) => v / targetTotal);
    return [{ ...at, effect: effect as number, standardError: standardError as number }];
  });
}

function roiFactors(
  { config, targetTotal }: ChannelContext,
  name: string,
  spendTotal: number,
): RoiFactor[] {
  const unit = targetTotal / spendTotal;
  return (config.calibration?.roi_priors ?? [])
    .filter(({ channel }) => channel === name)
    .map(({ roi, sd }) => ({ roi: roi / unit, sd: sd / unit }));
}

/** Residual spread of the target on the linear part without level. */
function measureNoise(target: Float64Array, linear: LinearPart, column: string): number {
  const rest = target.slice();
  const { periods, geos } = linear;
  for (let geo = 0; geo < geos; geo += 1) {
    const part = rest.subarray(geo * periods, (geo + 1) * periods);
    for (const one of linear.own) addMultiple(part, one, -dotProduct(one, part));
  }
  for (const one of linear.shared) addMultiple(rest, one, -dotProduct(one, rest));
  const freedom = rest.length - geos * linear.own.length - linear.shared.length;
  const spread = Math.sqrt(dotProduct(rest, rest) / Math.max(1, freedom));
  if (spread > 1e-9) return spread;
  throw new ModelError(
    "target_constant",
    `Column "${column}" is explained entirely by the linear part; there is nothing left for media`,
    { column, residual: spread },
  );
}
