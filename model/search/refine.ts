/**
 * Gradient refinement of decay, alpha and gamma: what `learning_rate` is about.
 *
 * Projected Adam (Kingma & Ba 2015, algorithm 1) in the unit cube of the ranges: one step moves a
 * parameter by about `learning_rate` of its range. It walks down the mean of validation loss and
 * in-sample wMAPE, as search does, since the validation loss alone is soon over-fitted. The ridge
 * penalty stays.
 *
 * 1. Deterministic; `steps` gradients.
 * 2. The validation loss returned is never above the start's: of the points whose loss is not, the
 *    one with the best mean is kept.
 * 3. Stays inside the box, enlarged to hold the start.
 */

import type { Box, SearchBounds } from "./bounds.ts";
import { includePoint, fromUnit, resolveBox, toUnit } from "./bounds.ts";
import { hasCalibration } from "../fit/calibration.ts";
import type { ModelConfig } from "../config.ts";
import type { Evaluation } from "../fit/engine.ts";
import { computeLossGradient } from "../fit/gradient.ts";
import type { Objective } from "../fit/objective.ts";
import { clamp } from "../numbers.ts";
import { toParameterVector, withParameters } from "../fit/problem.ts";

const MOMENTUM = 0.9;
const SQUARE_MOMENTUM = 0.99;
const DIFFERENCE_STEP = 1e-5;

export interface RefinementSettings {
  readonly box: Box;
  readonly learningRate: number;
  readonly steps: number;
}

export interface Refinement {
  readonly parameters: Float64Array;
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** Refines from `start`. */
export function refineParameters(
  objective: Objective,
  start: Float64Array,
  { box, learningRate, steps }: RefinementSettings,
): Refinement {
  const around = includePoint(box, start);
  const unit = toUnit(around, start);
  const free = unit.length - 1;
  const first = new Float64Array(free);
  const second = new Float64Array(free);
  const before = objective.evaluate(start);
  const lossBefore = before.loss;
  let best: { parameters: Float64Array; loss: number; blend: number } = {
    parameters: start.slice(),
    loss: lossBefore,
    blend: computeBlendedLoss(before),
  };
  for (let step = 1; step <= steps; step += 1) {
    const gradient = computeUnitGradient(objective, around, unit);
    for (let index = 0; index < free; index += 1) {
      const slope = gradient[index] ?? 0;
      first[index] = MOMENTUM * (first[index] ?? 0) + (1 - MOMENTUM) * slope;
      second[index] =
        SQUARE_MOMENTUM * (second[index] ?? 0) + (1 - SQUARE_MOMENTUM) * slope * slope;
      const moment = (first[index] ?? 0) / (1 - MOMENTUM ** step);
      const scale = Math.sqrt((second[index] ?? 0) / (1 - SQUARE_MOMENTUM ** step));
      if (scale > 0)
        unit[index] = clamp((unit[index] ?? 0) - (learningRate * moment) / scale, 0, 1);
    }
    const parameters = fromUnit(around, unit);
    parameters[free] = start[free] ?? 0;
    const found = objective.evaluate(parameters);
    const blend = computeBlendedLoss(found);
    if (found.loss <= lossBefore && blend < best.blend) {
      best = { parameters, loss: found.loss, blend };
    }
  }
  return { parameters: best.parameters, lossBefore, lossAfter: best.loss };
}

/** What refinement walks down. */
function computeBlendedLoss({ loss, inSample }: Evaluation): number {
  return (loss + inSample) / 2;
}

/** Refines a configuration with its own learning rate and steps. */
export function refineConfiguration(
  objective: Objective,
  config: ModelConfig,
  bounds?: SearchBounds,
): { config: ModelConfig; lossBefore: number; lossAfter: number } {
  const refined = refineParameters(objective, toParameterVector(config), {
    box: resolveBox(config, bounds),
    learningRate: config.training.learning_rate,
    steps: config.training.refinement_steps,
  });
  return { ...refined, config: withParameters(config, refined.parameters) };
}

/** Gradient by the unit cube's coordinates; only its direction per coordinate matters to Adam. */
function computeUnitGradient(objective: Objective, box: Box, unit: Float64Array): Float64Array {
  const config = objective.engines[0]?.problem.config;
  if (config !== undefined && hasCalibration(config))
    return computeFiniteDifferences(objective, box, unit);
  const parameters = fromUnit(box, unit);
  return computeLossGradient(objective, parameters, 1).gradient.map((slope, index) => {
    const range = (box.high[index] ?? 0) - (box.low[index] ?? 0);
    if (box.logarithmic[index] !== true) return slope * range;
    const ratio = Math.log((box.high[index] ?? 1) / (box.low[index] ?? 1));
    return slope * (parameters[index] ?? 0) * ratio;
  });
}

function computeFiniteDifferences(
  objective: Objective,
  box: Box,
  unit: Float64Array,
): Float64Array {
  return unit.map((value, index) => {
    const probe = unit.slice();
    const up = Math.min(1, value + DIFFERENCE_STEP);
    const down = Math.max(0, value - DIFFERENCE_STEP);
    probe[index] = up;
    const high = computeBlendedLoss(objective.evaluate(fromUnit(box, probe)));
    probe[index] = down;
    return (high - computeBlendedLoss(objective.evaluate(fromUnit(box, probe)))) / (up - down);
  });
}
