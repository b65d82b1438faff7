/**
 * Would every other form of the model advise the opposite?
 *
 * Two further families are fitted by short runs; each judges the plan of the first and makes one of
 * its own:
 *   plain      no build-up and no local level, a linear trend: as most tools have it
 *   s_shaped   slopes around 2 and half-saturation above today's spend
 * A single family that disagrees says little (on sets with a broken level it is the family that is
 * wrong, docs/DECISION.md), so the flag is raised where both expect the plan to lose.
 *
 * 1. Both families keep the priors of the media share and of the spread of returns.
 */

import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PosteriorPlan } from "../posterior/plans.ts";
import { proposePlan } from "../posterior/plans.ts";
import type { Priors } from "../posterior/priors.ts";
import type { Profile } from "../posterior/profile.ts";
import type { Responses } from "../posterior/responses.ts";
import type { Flag } from "./flags.ts";
import { formatFigure } from "./flags.ts";
import type { RefitSettings } from "./refits.ts";
import { refitForm } from "./refits.ts";

/** A plan below this probability is expected to lose. */
const PROBABILITY_LEAST = 0.5;
/** A move is a change of at least this share of the channel's spend. */
const MOVE_LEAST = 0.1;

export interface Form {
  readonly name: string;
  readonly priors: (own: Priors) => Priors;
  readonly profile: (own: Profile) => Profile;
}

export const FORMS: readonly Form[] = [
  {
    name: "plain",
    priors: (own) => own,
    profile: () => ({ trend: "linear", carryover: "geometric" }),
  },
  {
    name: "s_shaped",
    priors: (own) => ({
      ...own,
      slope: { ...own.slope, median: 2, sd_log: 0.3 },
      half_saturation: { ...own.half_saturation, median: 1.5, sd_log: 0.5 },
    }),
    profile: (own) => own,
  },
];

export interface FormContext extends RefitSettings {
  readonly priors: Priors;
  readonly profile: Profile;
  readonly plan: PosteriorPlan;
}

/** One flag for the plan. */
export function checkForms(dataset: Dataset, config: ModelConfig, context: FormContext): Flag {
  const judged = FORMS.map((form) => {
    const responses = refitForm(dataset, config, {
      ...context,
      priors: form.priors(context.priors),
      profile: form.profile(context.profile),
    });
    const { gain } = judgePlan(responses, context.plan);
    const opposite = listOpposites(context.plan, proposePlan(responses));
    return { name: form.name, probability: gain.probability, opposite };
  });
  return describeForms(judged, movesMoney(context.plan));
}

/** The same plan in shares of another posterior's spends (its window may be shorter). */
export function scalePlan(plan: PosteriorPlan, { channels }: Responses): PosteriorPlan {
  const rows = plan.channels.flatMap((row) => {
    const there = channels.find(({ name }) => name === row.channel);
    if (there === undefined) return [];
    const multiplier = row.spend_before > 0 ? row.spend_after / row.spend_before : 1;
    return [{ ...row, spend_before: there.spend, spend_after: there.spend * multiplier }];
  });
  const spent = rows.reduce((sum, row) => sum + row.spend_after, 0);
  return { ...plan, total: spent, spent, channels: rows };
}

/** What a posterior thinks of given spends (at most twice its own). */
export function judgePlan(responses: Responses, plan: PosteriorPlan): PosteriorPlan {
  const bounds = Object.fromEntries(
    plan.channels.map(({ channel, spend_after }): [string, [number, number]] => [
      channel,
      [spend_after, spend_after],
    ]),
  );
  return proposePlan(responses, { total: plan.spent * (1 + 1e-9), bounds });
}

interface Judged {
  readonly name: string;
  readonly probability: number;
  readonly opposite: readonly string[];
}

/** Whether a plan is any: where nothing can move, nothing can lose. */
export function movesMoney({ channels }: PosteriorPlan): boolean {
  return channels.some(
    ({ spend_before, spend_after }) => Math.abs(spend_after - spend_before) > 1e-6 * spend_before,
  );
}

function describeForms(judged: readonly Judged[], moves: boolean): Flag {
  const value = Math.max(...judged.map(({ probability }) => probability));
  const raised = moves && value < PROBABILITY_LEAST;
  const opposite = (judged[0]?.opposite ?? []).filter((name) =>
    judged.every((one) => one.opposite.includes(name)),
  );
  const each = judged
    .map(({ name, probability }) => `${name} ${formatFigure(probability)}`)
    .join(", ");
  const others = opposite.length > 0 ? ` and would move ${opposite.join(", ")} the other way` : "";
  return {
    code: "forms_disagree",
    channels: opposite,
    raised,
    value,
    limit: PROBABILITY_LEAST,
    figures: Object.fromEntries(judged.map(({ name, probability }) => [name, probability])),
    message: raised
      ? `Other forms of the model expect the plan to lose (probability of a gain: ${each})${others}: the advice rests on the form`
      : `Other forms of the model were asked about the plan (probability of a gain: ${each})`,
  };
}

/** Channels moved up by one plan and down by the other. */
export function listOpposites(plan: PosteriorPlan, other: PosteriorPlan): string[] {
  const moves = new Map(other.channels.map((row) => [row.channel, measureMove(row)]));
  return plan.channels
    .filter((row) => {
      const [a, b] = [measureMove(row), moves.get(row.channel) ?? 0];
      return Math.abs(a) >= MOVE_LEAST && Math.abs(b) >= MOVE_LEAST && a * b < 0;
    })
    .map(({ channel }) => channel);
}

function measureMove({ spend_before, spend_after }: PosteriorPlan["channels"][number]): number {
  return spend_before > 0 ? spend_after / spend_before - 1 : 0;
}
