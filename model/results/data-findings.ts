/**
 * What is wrong or odd with the data, found before any fit.
 *
 * Reads the training rows only: a finding must not tell an agent about the locked weeks.
 *
 * 1. Every all-zero, constant, one-spike or collinear channel is named.
 */

import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";
import { MAPE_SMALLEST_SHARE } from "../metrics.ts";
import { computeMean, computeStandardDeviation, sum } from "../numbers.ts";
import type { Problem } from "../fit/problem.ts";
import { computeOrthonormalBasis } from "../fit/projection.ts";

/** A channel whose largest period holds this share of all its exposure is one spike. */
const SPIKE_SHARE = 0.8;
const CONSTANT_VARIATION = 1e-6;
const CORRELATION_MAX = 0.95;
/** Robyn analysts' guide: about ten rows per variable, seven at least. */
const ROWS_PER_VARIABLE_MIN = 7;
const HISTORY_WEEKS_MIN = 104;
/** Geos whose mean targets differ by more are a doubtful pool. */
const GEO_SIZE_RATIO_MAX = 50;

/** Findings about target, channels, controls and the amount of data. */
export function collectDataFindings(problem: Problem): Finding[] {
  return [
    ...collectTargetFindings(problem),
    ...collectChannelFindings(problem),
    ...findCollinearChannels(problem),
    ...collectControlFindings(problem),
    ...collectAmountFindings(problem),
  ];
}

function collectTargetFindings(problem: Problem): Finding[] {
  const target = problem.dataset.target.subarray(0, problem.trainingRows);
  const typical = computeMean(target.map(Math.abs));
  const zeros = target.filter((value) => Math.abs(value) < MAPE_SMALLEST_SHARE * typical).length;
  const negatives = target.filter((value) => value < 0).length;
  const found: Finding[] = [];
  if (zeros > 0) {
    found.push(
      toFinding(
        "target_has_zeros",
        `The target is (nearly) zero in ${zeros} rows: MAPE is undefined, wMAPE is reported instead`,
        { figure: zeros, bound: 0 },
      ),
    );
  }
  if (negatives > 0) {
    found.push(
      toFinding("target_has_negatives", `The target is negative in ${negatives} rows`, {
        figure: negatives,
        bound: 0,
      }),
    );
  }
  return found;
}

function collectChannelFindings(problem: Problem): Finding[] {
  return problem.dataset.channels.flatMap((channel) => findChannelFaults(problem, channel));
}

function findChannelFaults(
  problem: Problem,
  channel: Problem["dataset"]["channels"][number],
): Finding[] {
  const name = channel.name;
  const exposure = channel.exposure.subarray(0, problem.trainingRows);
  const total = sum(exposure);
  if (total === 0) {
    const text = `Channel "${name}" has no activity before the locked test`;
    return [toFinding("channel_all_zero", text, { channel: name, figure: 0, bound: 0 })];
  }
  const found: Finding[] = [];
  const variation = computeStandardDeviation(exposure) / computeMean(exposure);
  if (variation < CONSTANT_VARIATION) {
    const text = `Channel "${name}" never changes: its effect cannot be told from the intercept`;
    const figures = { channel: name, figure: variation, bound: CONSTANT_VARIATION };
    found.push(toFinding("channel_constant", text, figures));
  }
  const spike = exposure.reduce((high, value) => Math.max(high, value), 0) / total;
  if (spike > SPIKE_SHARE) {
    const text = `Channel "${name}" has ${Math.round(spike * 100)} % of its activity in one period: one event, not a response curve`;
    const figures = { channel: name, figure: spike, bound: SPIKE_SHARE };
    found.push(toFinding("channel_one_spike", text, figures));
  }
  const firstRows = (problem.windows.folds[0]?.trainEnd ?? 0) * problem.stride;
  if (sum(exposure, 0, firstRows) === 0) {
    const text = `Channel "${name}" starts after the first training window: early folds cannot fit it`;
    found.push(toFinding("channel_inactive_in_first_window", text, { channel: name, figure: 0 }));
  }
  if (channel.hasExposure && sum(channel.spend, 0, problem.trainingRows) === 0) {
    const text = `Channel "${name}" has exposure but no spend: no ROI`;
    found.push(toFinding("exposure_without_spend", text, { channel: name, figure: 0 }));
  }
  return found;
}

function findCollinearChannels(problem: Problem): Finding[] {
  const columns = problem.dataset.channels.map((channel) => {
    const exposure = channel.exposure.subarray(0, problem.trainingRows);
    const centre = computeMean(exposure);
    const sd = computeStandardDeviation(exposure);
    return {
      name: channel.name,
      sd,
      values: exposure.map((value) => (value - centre) / (sd || 1)),
    };
  });
  const found: Finding[] = [];
  for (const [index, left] of columns.entries()) {
    for (const right of columns.slice(index + 1)) {
      if (left.sd === 0 || right.sd === 0) continue;
      const correlation = computeMean(
        left.values.map((value, row) => value * (right.values[row] ?? 0)),
      );
      if (Math.abs(correlation) <= CORRELATION_MAX) continue;
      found.push(
        toFinding(
          "channels_collinear",
          `Channels "${left.name}" and "${right.name}" move together (r = ${correlation.toFixed(3)}): the data cannot split their effect`,
          { channel: left.name, figure: correlation, bound: CORRELATION_MAX },
        ),
      );
    }
  }
  return found;
}

function collectControlFindings(problem: Problem): Finding[] {
  const rows = problem.trainingRows;
  const { names, columns } = problem.design;
  const kept = new Set(computeOrthonormalBasis(columns, rows).kept);
  return names.flatMap((name, index) => {
    if (kept.has(index)) return [];
    const values = columns[index]?.subarray(0, rows) ?? new Float64Array(0);
    const constant = computeStandardDeviation(values) < 1e-12;
    return [
      toFinding(
        constant ? "control_constant" : "control_redundant",
        constant
          ? `Column "${name}" does not change on the training rows and is left out`
          : `Column "${name}" is a combination of earlier columns and is left out`,
      ),
    ];
  });
}

function collectAmountFindings(problem: Problem): Finding[] {
  const variables = problem.design.columns.length + problem.exposures.length;
  const perVariable = problem.trainingRows / variables;
  const weeks = problem.windows.trainingEnd / problem.dataset.periodsPerWeek;
  const found: Finding[] = [];
  if (perVariable < ROWS_PER_VARIABLE_MIN) {
    found.push(
      toFinding(
        "rows_per_variable_low",
        `${perVariable.toFixed(1)} rows per variable; about ten are advised`,
        { figure: perVariable, bound: ROWS_PER_VARIABLE_MIN },
      ),
    );
  }
  if (weeks < HISTORY_WEEKS_MIN) {
    found.push(
      toFinding(
        "history_short",
        `${Math.floor(weeks)} weeks of training data; two years are advised`,
        {
          figure: weeks,
          bound: HISTORY_WEEKS_MIN,
        },
      ),
    );
  }
  if (problem.stride > 1) {
    const low = problem.weights.reduce((least, value) => Math.min(least, value), Infinity);
    const high = problem.weights.reduce((most, value) => Math.max(most, value), 0);
    if (high > GEO_SIZE_RATIO_MAX * low) {
      found.push(
        toFinding(
          "geo_scale_differs",
          `The largest geo is ${Math.round(high / low)} times the smallest`,
          {
            figure: high / low,
            bound: GEO_SIZE_RATIO_MAX,
          },
        ),
      );
    }
  }
  return found;
}
