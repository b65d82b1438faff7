/**
 * Can the data tell the channels apart?
 *
 * Two channels that run together share one effect: the data know their sum and not its parts, which
 * are then the prior's. Signs: what is left of both spends' effects beside the linear part is nearly the
 * same column, or the contributions are negatively correlated over the draws. The condition number of
 * all media columns says how close some combination is to no variation at all (Belsley, Kuh & Welsch
 * 1980: from 10 on weak dependence does harm, above 30 it is severe).
 *
 * 1. Pairs are named with the larger spend first; each pair is looked at once.
 */

import type { PosteriorInputs } from "../posterior/inputs.ts";
import type { ChannelResponses, Responses } from "../posterior/responses.ts";
import { computeEigen, dotProduct } from "../posterior/symmetric.ts";
import { computeMean } from "../numbers.ts";
import { carryExposure, readExposure, saturate } from "./columns.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import { createFrame, projectOut } from "./regression.ts";

/** Of the media columns, and of the contributions over the draws. */
const COLUMN_CORRELATION_MOST = 0.8;
const DRAW_CORRELATION_LEAST = -0.5;
const CONDITION_MOST = 10;
const DECAY = 0.4;

/** One flag per pair of channels and one for all of them. */
export function checkSeparation(inputs: PosteriorInputs, { channels }: Responses): Flag[] {
  const gram = correlateColumns(inputs);
  const count = channels.length;
  const order = [...channels.keys()].sort(
    (i, j) => (channels[j]?.spend ?? 0) - (channels[i]?.spend ?? 0) || i - j,
  );
  const pairs = order.flatMap((i, at) =>
    order.slice(at + 1).map((j) => {
      const [a, b] = [channels[i] as ChannelResponses, channels[j] as ChannelResponses];
      return describePair(a, b, gram[i * count + j] as number);
    }),
  );
  return [...pairs, describeCondition(computeCondition(gram, count))];
}

/** Pearson's correlation; 0 where one does not vary. */
export function correlate(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [computeMean(a), computeMean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] as number) - meanB];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function describePair(a: ChannelResponses, b: ChannelResponses, columns: number): Flag {
  const draws = correlate(a.contribution, b.contribution);
  const raised = columns > COLUMN_CORRELATION_MOST || draws < DRAW_CORRELATION_LEAST;
  const figures = `their spends' effects correlate by ${formatFigure(columns)}, their contributions over the draws by ${formatFigure(draws)}`;
  return {
    code: "channels_inseparable",
    channels: [a.name, b.name],
    raised,
    value: columns,
    limit: COLUMN_CORRELATION_MOST,
    figures: { columns, draws },
    message: raised
      ? `The data cannot tell ${a.name} from ${b.name} (${figures}): only their sum is measured`
      : `${a.name} and ${b.name} vary apart (${figures})`,
  };
}

/** Correlations of what the linear part leaves of the media columns. */
export function correlateColumns(inputs: PosteriorInputs): Float64Array {
  const frame = createFrame(inputs, { from: 0, to: inputs.periods }, []);
  const columns = inputs.channels.map((channel) => {
    const carried = carryExposure(
      readExposure(inputs, channel),
      inputs.geos,
      DECAY ** (1 / inputs.periodsPerWeek),
    );
    const rest = projectOut(frame, saturate(carried));
    const size = Math.sqrt(dotProduct(rest, rest));
    return size > 0 ? rest.map((value) => value / size) : rest;
  });
  const gram = new Float64Array(columns.length * columns.length);
  for (const [i, a] of columns.entries()) {
    for (const [j, b] of columns.entries()) gram[i * columns.length + j] = dotProduct(a, b);
  }
  return gram;
}

/** Largest over smallest singular value of the columns with these correlations. */
export function computeCondition(gram: Float64Array, count: number): number {
  const { values } = computeEigen(gram, count);
  const least = Math.max(values[count - 1] ?? 0, 1e-12);
  return Math.sqrt(Math.max(values[0] ?? 0, least) / least);
}

function describeCondition(value: number): Flag {
  const raised = value > CONDITION_MOST;
  return {
    code: "channels_inseparable",
    channels: [],
    raised,
    value,
    limit: CONDITION_MOST,
    figures: { condition: value },
    message: raised
      ? `Some combination of the channels hardly varies (condition number ${formatFigure(value)}): their effects are guesses of the prior`
      : `The channels' spends vary apart (condition number ${formatFigure(value)})`,
  };
}
