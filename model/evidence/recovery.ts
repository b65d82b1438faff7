/**
 * Would this model find the truth on this customer's spend if the truth were one of its own draws?
 *
 * Targets are simulated from single draws of the posterior (media, baseline, noise) on the spend as it
 * was, fitted anew by short runs, and each channel's ROI is looked for in its new 90 % interval.
 * What does not work when the model is true cannot work when it is not.
 *
 * 1. Deterministic in the seed; the simulated target has the draw's own baseline.
 */

import { createDensity } from "../posterior/density.ts";
import type { Draws } from "../posterior/draws.ts";
import { readDraw } from "../posterior/draws.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import { NormalStream } from "../posterior/normal-stream.ts";
import { summarizeDraws } from "../posterior/summaries.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import type { RefitSettings } from "./refits.ts";
import { refitInputs } from "./refits.ts";

const REPLICATIONS = 2;
/** Share of channels and replications whose interval must hold the truth. */
const HELD_LEAST = 0.6;

/** One flag for the model. */
export function checkRecovery(
  inputs: PosteriorInputs,
  draws: Draws,
  settings: RefitSettings,
): Flag {
  let held = 0;
  let error = 0;
  for (let at = 0; at < REPLICATIONS; at += 1) {
    const draw = Math.floor(((at + 0.5) * draws.count) / REPLICATIONS);
    const seed = settings.seed + 31 * (at + 1);
    const { target, shares } = simulateFromDraw(inputs, draws, { draw, seed });
    const { channels } = refitInputs({ ...inputs, target }, { ...settings, seed: seed + 1 });
    for (const [c, { contribution }] of channels.entries()) {
      const truth = (shares[c] as number) * inputs.targetTotal;
      const { low, median, high } = summarizeDraws(contribution);
      if (truth >= low && truth <= high) held += 1;
      error += truth > 0 ? Math.min(1.5, Math.abs(median - truth) / truth) : 0;
    }
  }
  const cases = REPLICATIONS * inputs.channels.length;
  return describeRecovery({ held: held / cases, error: error / cases, cases });
}

/** Target = the draw's fit with new noise; and each channel's share of it. */
export function simulateFromDraw(
  inputs: PosteriorInputs,
  draws: Draws,
  { draw, seed }: { draw: number; seed: number },
): { target: Float64Array; shares: number[] } {
  const density = createDensity(inputs);
  const theta = new Float64Array(draws.names.length);
  readDraw(draws, draw, theta);
  density.evaluate(theta, null);
  const { values, error } = density.last();
  const stream = new NormalStream(seed);
  const target = new Float64Array(inputs.target.length);
  for (let geo = 0; geo < inputs.geos; geo += 1) {
    for (let t = 0; t < inputs.periods; t += 1) {
      const row = geo * inputs.width + t;
      const fitted = (inputs.target[row] as number) - (error[row] as number);
      target[row] = fitted + values.noise * stream.normal();
    }
  }
  return { target, shares: values.channels.map(({ share }) => share) };
}

function describeRecovery(found: { held: number; error: number; cases: number }): Flag {
  const { held, error, cases } = found;
  const raised = held < HELD_LEAST;
  return {
    code: "not_recovered",
    channels: [],
    raised,
    value: held,
    limit: HELD_LEAST,
    figures: { held, error, cases },
    message: `On simulated sales with known returns and your own spend, ${formatFigure(100 * held)} % of the 90 % intervals hold the truth${raised ? ": the intervals are too narrow for these data" : ""} (typical error ${formatFigure(100 * error)} %)`,
  };
}
