/**
 * Would the same have been advised some weeks ago?
 *
 * The posterior is fitted as of two earlier weeks of the last half year by short runs. Each earlier
 * posterior should expect the same relative plan to gain, and its own plan should not move a channel
 * the other way; whether the intervals of ROI overlap stands beside it.
 *
 * 1. Earlier ends only take rows away: locked rows stay unseen.
 * 2. Ends that would leave less than a year or too few rows are left out; without any the flag is not
 *    raised and says so.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import { ModelError } from "../errors.ts";
import type { PosteriorInputs } from "../posterior/inputs.ts";
import type { PosteriorPlan } from "../posterior/plans.ts";
import { proposePlan } from "../posterior/plans.ts";
import type { Priors } from "../posterior/priors.ts";
import type { Profile } from "../posterior/profile.ts";
import type { ChannelResponses, Responses } from "../posterior/responses.ts";
import { summarizeDraws } from "../posterior/summaries.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import { judgePlan, listOpposites, movesMoney, scalePlan } from "./forms.ts";
import type { RefitSettings } from "./refits.ts";
import { refitEarlier } from "./refits.ts";

const WEEKS_BACK: readonly number[] = [13, 26];
const WEEKS_LEAST = 52;
/** Below this probability as of an earlier week the advice is new. */
const PROBABILITY_LEAST = 0.7;

export interface StabilityContext extends RefitSettings {
  readonly inputs: PosteriorInputs;
  readonly responses: Responses;
  readonly priors: Priors;
  readonly profile: Profile;
  readonly plan: PosteriorPlan;
}

/** One flag for the advice, one per channel. */
export function checkStability(
  dataset: Dataset,
  config: ModelConfig,
  context: StabilityContext,
): Flag[] {
  const { inputs, responses, plan } = context;
  const earlier = WEEKS_BACK.flatMap((weeks) => {
    if (inputs.periods / inputs.periodsPerWeek - weeks < WEEKS_LEAST) return [];
    const refitted = refitOrNull(dataset, config, { ...context, weeks });
    return refitted === null ? [] : [refitted];
  });
  const probability = Math.min(
    1,
    ...earlier.map((then) => judgePlan(then, scalePlan(plan, then)).gain.probability),
  );
  const opposites = earlier.map((then) => listOpposites(plan, proposePlan(then)));
  return [
    describeAdvice(movesMoney(plan) ? probability : 1, earlier.length),
    ...responses.channels.map((channel) =>
      describeChannel(channel, {
        earlier,
        opposite: opposites.filter((names) => names.includes(channel.name)).length,
      }),
    ),
  ];
}

function refitOrNull(
  dataset: Dataset,
  config: ModelConfig,
  context: StabilityContext & { weeks: number },
): Responses | null {
  try {
    return refitEarlier(dataset, config, context);
  } catch (error) {
    // What is too short for an earlier end is no finding about the advice.
    if (error instanceof ModelError) return null;
    throw error;
  }
}

function describeAdvice(probability: number, ends: number): Flag {
  const raised = ends > 0 && probability < PROBABILITY_LEAST;
  return {
    code: "unstable",
    channels: [],
    raised,
    value: probability,
    limit: PROBABILITY_LEAST,
    figures: { probability, ends },
    message:
      ends === 0
        ? "The series is too short to ask whether the advice is stable"
        : `As of ${ends} earlier weeks the plan would have gained with a probability of ${formatFigure(probability)} at least${raised ? ": the advice is new" : ""}`,
  };
}

function describeChannel(
  { name, roi }: ChannelResponses,
  { earlier, opposite }: { earlier: readonly Responses[]; opposite: number },
): Flag {
  const apart = earlier.filter((then) => isApart(roi, then, name)).length;
  const ends = earlier.length;
  const raised = opposite > 0;
  const overlap = `its interval of returns overlapped today's in ${ends - apart} of ${ends}`;
  return {
    code: "unstable",
    channels: [name],
    raised,
    value: opposite,
    limit: 0,
    figures: { opposite, apart, ends },
    message: raised
      ? `As of ${opposite} of ${ends} earlier weeks the advice on ${name} would have been the opposite (${overlap})`
      : `The advice on ${name} was no other as of ${ends} earlier weeks (${overlap})`,
  };
}

/** Do the 90 % intervals of ROI share nothing? */
function isApart(roi: Float64Array, { channels }: Responses, name: string): boolean {
  const own = channels.find((one) => one.name === name);
  if (own === undefined) return false;
  const [now, then] = [summarizeDraws(roi), summarizeDraws(own.roi)];
  return then.high < now.low || then.low > now.high;
}
