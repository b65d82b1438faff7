/**
 * The unpenalised part of the model: intercept, trend, seasonality, controls and events.
 *
 *   z_t = [1, t, sin(2πjt/Y), cos(2πjt/Y) (j = 1 … pairs), day of week, controls, events]
 *
 * Harmonic seasonality: Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the
 * Kalman Filter, §2.3.4; Y is a year of 365.25 days.
 *
 * 1. A row of z depends on its date and its own controls only: later rows never change it.
 * 2. Centring and scaling use the rows before `scaleEnd` alone (the first training window). They
 *    change no prediction, only the condition of the sums.
 * 3. For geo panels each geo has its own intercept; the rest is shared.
 */

import { computePeriodDay } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "./dataset.ts";

const DAYS_PER_YEAR = 365.25;

export interface Design {
  readonly names: readonly string[];
  /** One column per name, over all rows of the data set. */
  readonly columns: readonly Float64Array[];
}

/** Number of columns `buildDesign` makes, without building them. */
export function countDesignColumns(dataset: Dataset, config: ModelConfig): number {
  const { architecture } = config;
  return (
    (architecture.intercept ? dataset.geos.length : 0) +
    (architecture.trend === "none" ? 0 : 1) +
    2 * architecture.seasonality.fourier_pairs +
    (architecture.seasonality.day_of_week ? 6 : 0) +
    dataset.columns.length
  );
}

/** The columns of z for every row; `scaleEnd` is the number of rows used for centring. */
export function buildDesign(dataset: Dataset, config: ModelConfig, scaleEnd: number): Design {
  const named: [string, Float64Array][] = [
    ...buildInterceptColumns(dataset, config),
    ...buildTimeColumns(dataset, config),
    ...dataset.columns.map(({ name, values }): [string, Float64Array] => [name, values]),
  ];
  const centre = config.architecture.intercept;
  return {
    names: named.map(([name]) => name),
    columns: named.map(([name, values]) =>
      name.startsWith("intercept") ? values : normalizeColumn(values, scaleEnd, centre),
    ),
  };
}

function buildInterceptColumns(dataset: Dataset, config: ModelConfig): [string, Float64Array][] {
  if (!config.architecture.intercept) return [];
  const geos = dataset.geos.length;
  return dataset.geos.map((geo, index) => [
    geo === "" ? "intercept" : `intercept:${geo}`,
    Float64Array.from(dataset.target, (_, row) => (row % geos === index ? 1 : 0)),
  ]);
}

function buildTimeColumns(dataset: Dataset, config: ModelConfig): [string, Float64Array][] {
  const { architecture } = config;
  const geos = dataset.geos.length;
  const dayOfRow = (row: number): number =>
    computePeriodDay(dataset.firstDay, dataset.frequency, Math.floor(row / geos));
  const column = (of: (day: number, row: number) => number): Float64Array =>
    Float64Array.from(dataset.target, (_, row) => of(dayOfRow(row), row));
  const columns: [string, Float64Array][] = [];
  if (architecture.trend !== "none") {
    columns.push(["trend", column((_, row) => Math.floor(row / geos))]);
  }
  for (let pair = 1; pair <= architecture.seasonality.fourier_pairs; pair += 1) {
    const angle = (day: number): number => (2 * Math.PI * pair * day) / DAYS_PER_YEAR;
    columns.push([`sin${pair}`, column((day) => Math.sin(angle(day)))]);
    columns.push([`cos${pair}`, column((day) => Math.cos(angle(day)))]);
  }
  if (architecture.seasonality.day_of_week) {
    for (let weekday = 1; weekday <= 6; weekday += 1) {
      columns.push([`weekday${weekday}`, column((day) => (day % 7 === weekday ? 1 : 0))]);
    }
  }
  return columns;
}

/** (x − mean) / sd over the first `scaleEnd` rows; constant columns are only centred. */
function normalizeColumn(values: Float64Array, scaleEnd: number, centre: boolean): Float64Array {
  let sum = 0;
  for (let row = 0; row < scaleEnd; row += 1) sum += values[row] ?? 0;
  const mean = sum / scaleEnd;
  let squares = 0;
  for (let row = 0; row < scaleEnd; row += 1) squares += ((values[row] ?? 0) - mean) ** 2;
  const sd = Math.sqrt(squares / scaleEnd);
  const divisor = sd > 1e-12 * Math.abs(mean) && sd > 0 ? sd : 1;
  return values.map((value) => (value - (centre ? mean : 0)) / divisor);
}
