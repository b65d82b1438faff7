/**
 * The part of the model that is integrated out: intercepts, trend, season, controls, events, level.
 *
 *   y/ȳ = Zγ + level + media + ε,   γ flat,   level = κσ · random walk,   ε ~ N(0, σ²)
 *
 * The random walk over T periods is given by its first J Karhunen–Loève modes
 *   φ_j(t) = 2/√(2T+1) sin((2j−1)πt/(2T+1)),   λ_j = 1/(4 sin²((2j−1)π/(4T+2)))
 * (eigenvectors of the covariance min(s, t)); what a walk does within a few weeks is noise's.
 * Geo panels: an intercept and a level of its own for each geo (κ and σ shared), the other columns
 * shared. Those that are the geo's own are projected out beforehand; the modes w_j, orthonormal and
 * orthogonal to them, have eigenvalues λ̃_j there. So with P that projection and
 * d_j = κ²λ̃_j/(1 + κ²λ̃_j),   V⁻¹ = P − Σ_j d_j w_j w_j'   at O(J·T) a geo for any κ.
 *
 * Rows here are geo by geo: row = geo · T + period.
 *
 * 1. Depends on dates, controls and events of the training rows alone, not on target or spend.
 */

import { computePeriodDay } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { cosineOfTurns, sineOfTurns } from "./arithmetic.ts";
import type { Profile } from "./profile.ts";
import { addMultiple, computeEigen, dotProduct, orthonormalize } from "./symmetric.ts";

const DAYS_PER_YEAR = 365.25;
const MODES_MAX = 40;
/** Of a walk's own modes: a period of about four weeks and longer is the level's. */
const MODES_SHARE = 0.5;
/** Eigenvalues below this share of the largest are rounding. */
const EIGENVALUE_LEAST = 1e-9;

export interface LinearPart {
  readonly periods: number;
  readonly geos: number;
  /** Columns over all periods of the data set (locked ones too), geo by geo. */
  readonly columns: readonly Float64Array[];
  readonly names: readonly string[];
  /** Orthonormal columns of T rows, projected out in each geo. */
  readonly own: readonly Float64Array[];
  /** Modes of the level, orthonormal, T rows each. */
  readonly modes: readonly Float64Array[];
  /** λ̃ of the modes. */
  readonly eigenvalues: Float64Array;
  /** Columns shared by all geos, projected (P z), geos × T rows; none for national data. */
  readonly shared: readonly Float64Array[];
}

/** Prepares the linear part on the first `periods` periods. */
export function prepareLinearPart(
  dataset: Dataset,
  config: ModelConfig,
  { periods, profile }: { periods: number; profile: Profile },
): LinearPart {
  const geos = dataset.geos.length;
  const { names, columns } = buildColumns(dataset, config, profile);
  const cut = columns.map((column) => cutPeriods(column, { geos, periods }));
  const constant = new Float64Array(periods).fill(1);
  const intercept = config.architecture.intercept ? [constant] : [];
  const own = orthonormalize(geos === 1 ? [...intercept, ...cut] : intercept);
  const level = profile.trend === "local_level";
  const { modes, eigenvalues } = level
    ? levelModes(periods, own)
    : { modes: [], eigenvalues: new Float64Array(0) };
  return {
    periods,
    geos,
    names,
    columns,
    own,
    modes,
    eigenvalues,
    shared: geos === 1 ? [] : orthonormalize(cut.map((column) => projectGeos(column, own, geos))),
  };
}

/** First `periods` of each geo. */
function cutPeriods(
  values: Float64Array,
  { geos, periods }: { geos: number; periods: number },
): Float64Array {
  const all = values.length / geos;
  const out = new Float64Array(geos * periods);
  for (let geo = 0; geo < geos; geo += 1) {
    out.set(values.subarray(geo * all, geo * all + periods), geo * periods);
  }
  return out;
}

function projectGeos(
  values: Float64Array,
  own: readonly Float64Array[],
  geos: number,
): Float64Array {
  const out = values.slice();
  const periods = values.length / geos;
  for (let geo = 0; geo < geos; geo += 1) {
    const part = out.subarray(geo * periods, (geo + 1) * periods);
    for (const one of own) addMultiple(part, one, -dotProduct(one, part));
  }
  return out;
}

/** Values that stand period by period (`dataset.ts`), geo by geo. */
export function orderByGeo(values: Float64Array, geos: number): Float64Array {
  const periods = values.length / geos;
  return Float64Array.from(
    values,
    (_, at) => values[(at % periods) * geos + Math.floor(at / periods)] ?? 0,
  );
}

function buildColumns(
  dataset: Dataset,
  config: ModelConfig,
  profile: Profile,
): { names: string[]; columns: Float64Array[] } {
  const geos = dataset.geos.length;
  const { firstDay, frequency } = dataset;
  const periods = dataset.dates.length;
  const timed = (of: (period: number, day: number) => number): Float64Array =>
    Float64Array.from({ length: geos * periods }, (_, row) =>
      of(row % periods, computePeriodDay(firstDay, frequency, row % periods)),
    );
  const named: [string, Float64Array][] = [];
  if (profile.trend !== "none") named.push(["trend", timed((period) => period / periods)]);
  for (let pair = 1; pair <= config.architecture.seasonality.fourier_pairs; pair += 1) {
    named.push([`sin${pair}`, timed((_, day) => sineOfTurns((pair * day) / DAYS_PER_YEAR))]);
    named.push([`cos${pair}`, timed((_, day) => cosineOfTurns((pair * day) / DAYS_PER_YEAR))]);
  }
  if (config.architecture.seasonality.day_of_week) {
    for (let weekday = 1; weekday <= 6; weekday += 1) {
      named.push([`weekday${weekday}`, timed((_, day) => (day % 7 === weekday ? 1 : 0))]);
    }
  }
  for (const { name, values } of dataset.columns) {
    named.push([name, scaleColumn(orderByGeo(values, geos))]);
  }
  return { names: named.map(([name]) => name), columns: named.map(([, values]) => values) };
}

/** Divided by its largest size: only the condition of sums changes. */
function scaleColumn(values: Float64Array): Float64Array {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most > 0 ? values.map((value) => value / most) : values;
}

/** The walk's modes in the space orthogonal to `own`. */
function levelModes(
  periods: number,
  own: readonly Float64Array[],
): Pick<LinearPart, "modes" | "eigenvalues"> {
  const count = Math.max(0, Math.min(MODES_MAX, Math.floor(MODES_SHARE * periods)));
  const walks = Array.from({ length: count }, (_, j) => walkMode(periods, j));
  for (const walk of walks) {
    for (let pass = 0; pass < 2; pass += 1) {
      for (const one of own) addMultiple(walk, one, -dotProduct(one, walk));
    }
  }
  const gram = new Float64Array(count * count);
  for (const [i, a] of walks.entries()) {
    for (const [j, b] of walks.entries()) gram[i * count + j] = dotProduct(a, b);
  }
  const { values, vectors } = computeEigen(gram, count);
  const kept = [...values.keys()].filter(
    (i) => (values[i] as number) > EIGENVALUE_LEAST * (values[0] as number),
  );
  const modes = kept.map((i) => {
    const mode = new Float64Array(periods);
    for (const [j, walk] of walks.entries()) addMultiple(mode, walk, vectors[i * count + j] ?? 0);
    const size = Math.sqrt(values[i] as number);
    return mode.map((value) => value / size);
  });
  return { modes, eigenvalues: Float64Array.from(kept, (i) => values[i] as number) };
}

/** √λ_j φ_j over t = 1 … periods. */
export function walkMode(periods: number, j: number): Float64Array {
  const frequency = (2 * j + 1) / (2 * (2 * periods + 1));
  const size = 1 / (Math.sqrt(2 * periods + 1) * sineOfTurns(frequency / 2));
  return Float64Array.from({ length: periods }, (_, t) => size * sineOfTurns(frequency * (t + 1)));
}
