/**
 * How strong would something unseen have to be to make the advice wrong?
 *
 * Cinelli & Hazlett 2020, robustness value: a hidden cause that explains the share RV_q of what is
 * left of both sales and a channel's effect column takes away the share q of the effect, with
 *   f² = t²/df,   RV_q = ½(√(q⁴f⁴ + 4q²f²) − q²f²).
 * q is the share of the channel's marginal return that must vanish (or be added) until it no longer
 * pays to move money into it (or out of it): 1 − the other side's marginal return over its own.
 * It stands beside the strongest known control: where half of that, unseen, would do, the flag is
 * raised. It informs: whether such a thing exists the data cannot say.
 *
 * 1. A channel that the plan does not move has no advice and no flag.
 */

import { computeMean } from "../numbers.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import type { PosteriorPlan } from "../posterior/plans.ts";
import type { ChannelResponses, Responses } from "../posterior/responses.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import { carryExposure, readExposure, readTarget, saturate } from "./columns.ts";
import type { ColumnTest } from "./regression.ts";
import { createFrame, testColumn } from "./regression.ts";

/** Share of the strongest control's strength that raises the flag. */
const OF_STRONGEST = 0.5;
/** A move is a change of at least this share of the channel's spend. */
const MOVE_LEAST = 0.1;

/** One flag per channel that the plan moves. */
export function checkConfounders(
  inputs: PosteriorInputs,
  responses: Responses,
  plan: PosteriorPlan,
): Flag[] {
  const columns = inputs.channels.map((channel, c) =>
    effectColumn(inputs, channel, responses.channels[c]),
  );
  const strongest = findStrongestControl(inputs, columns);
  const target = readTarget(inputs);
  return inputs.channels.flatMap(({ name }, c) => {
    const share = measureShareToVanish(responses, plan, name);
    if (share === null) return [];
    const others = columns.filter((_, i) => i !== c);
    const frame = createFrame(inputs, { from: 0, to: inputs.periods }, others);
    const test = testColumn(frame, target, columns[c] as Float64Array);
    return [describeConfounder(name, { share, test, strongest })];
  });
}

/** The share of a cause's strength that is needed, 0 … 1. */
export function computeRobustness({ t, freedom }: ColumnTest, share: number): number {
  const square = (share * share * t * t) / freedom;
  return 0.5 * (Math.sqrt(square * square + 4 * square) - square);
}

/** The channel's mean weekly contribution for national data, else its concave exposure. */
function effectColumn(
  inputs: PosteriorInputs,
  channel: PosteriorInputs["channels"][number],
  responses: ChannelResponses | undefined,
): Float64Array {
  if (inputs.geos === 1 && responses !== undefined) return responses.weekly;
  return saturate(carryExposure(readExposure(inputs, channel), inputs.geos, 0.4));
}

function measureShareToVanish(
  { channels }: Responses,
  plan: PosteriorPlan,
  name: string,
): number | null {
  const marginal = (own: string): number =>
    computeMean(channels.find((one) => one.name === own)?.mroi ?? []);
  const move = (row: PosteriorPlan["channels"][number]): number =>
    row.spend_before > 0 ? row.spend_after / row.spend_before - 1 : 0;
  const row = plan.channels.find(({ channel }) => channel === name);
  if (row === undefined || Math.abs(move(row)) < MOVE_LEAST) return null;
  const other = plan.channels.filter((one) => move(one) * move(row) < 0);
  if (other.length === 0) return null;
  const money = (one: PosteriorPlan["channels"][number]): number =>
    Math.abs(one.spend_after - one.spend_before);
  const total = other.reduce((sum, one) => sum + money(one), 0);
  const opposite = other.reduce((sum, one) => sum + marginal(one.channel) * money(one), 0) / total;
  const own = marginal(name);
  return own > 0 ? Math.abs(1 - opposite / own) : null;
}

interface Control {
  readonly name: string;
  /** The smaller of its partial R² with sales and with the media columns. */
  readonly strength: number;
}

/** The named column of the linear part that explains most of both sales and one channel's effect. */
function findStrongestControl(
  inputs: PosteriorInputs,
  columns: readonly Float64Array[],
): Control | null {
  const { geos, periods, periodsAll, linear } = inputs;
  if (geos > 1) return null;
  const window = { from: 0, to: periods };
  const target = readTarget(inputs);
  const named = linear.columns.map((values) => values.subarray(0, Math.min(periods, periodsAll)));
  const bare = { ...inputs, linear: { ...linear, own: [new Float64Array(periods).fill(1)] } };
  const strengths = named.map((column, i): Control => {
    const others = named.filter((_, j) => j !== i);
    const withSales = testColumn(
      createFrame(bare, window, [...others, ...columns]),
      target,
      column,
    );
    const frame = createFrame(bare, window, others);
    const withMedia = columns.map((media) => testColumn(frame, media, column).partialR2);
    return {
      name: linear.names[i] ?? "",
      strength: Math.min(withSales.partialR2, Math.max(0, ...withMedia)),
    };
  });
  return strengths.toSorted((a, b) => b.strength - a.strength)[0] ?? null;
}

function describeConfounder(
  channel: string,
  found: { share: number; test: ColumnTest; strongest: Control | null },
): Flag {
  const { share, test, strongest } = found;
  const value = computeRobustness(test, share);
  const known = strongest?.strength ?? 0;
  const limit = OF_STRONGEST * known;
  const raised = value < limit;
  const control =
    strongest === null
      ? ""
      : `; the strongest control, ${strongest.name}, explains ${percent(known)}`;
  return {
    code: "hidden_confounder",
    channels: [channel],
    raised,
    value,
    limit,
    figures: { robustness: value, share, t: test.t, strongest_control: known },
    message: `Something unseen that explains ${percent(value)} of what is left of sales and of ${channel} would make the advice on ${channel} wrong${control}${raised ? `: half of it would do` : ""} (t = ${formatFigure(test.t)})`,
  };
}

function percent(share: number): string {
  return `${formatFigure(100 * share)} %`;
}
