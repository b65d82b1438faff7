/**
 * May budget follow the model? From the posterior's probability that the plan gains, and from flags.
 *
 * I1. Refused: a point alone, a sampler or search that did not converge, a raised flag that stops.
 * I2. A probability below the business's is `cannot_tell`, and the experiment is named.
 */

import { STOPS, type FlagCode } from "../../model/evidence/flags.ts";
import type { Condition, DeploymentFigures, Judged, JudgedFlag, Material } from "./verdict.ts";
import { METHODOLOGY_CHANGED, formatPercent, judge } from "./verdict.ts";

const NO_POSTERIOR =
  "the model has no posterior (a point alone was estimated, or another program trained it): nothing says how sure the gain is";

/** Budget use. */
export function decideBudget(figures: DeploymentFigures): Judged {
  const { posterior, criteria } = figures;
  const least = criteria.budget_probability_min;
  const plan = posterior?.plan;
  const material: Material = {
    figures: {
      probability: plan?.probability ?? null,
      probability_min: least,
      expected_gain: plan?.mean ?? null,
      expected_loss: plan?.expected_loss ?? null,
    },
    merits:
      plan === undefined
        ? []
        : [`the plan gains with a probability of ${formatPercent(plan.probability)}`],
    conditions: posterior === null ? [] : listBudgetConditions(posterior.flags),
  };
  if (!figures.methodology_unchanged) return judge([METHODOLOGY_CHANGED], [], material);
  if (posterior === null) {
    return judge([NO_POSTERIOR], [], material);
  }
  const refusals = [
    ...(posterior.sampler_converged ? [] : ["the sampler did not converge"]),
    ...(posterior.search_converged === false ? ["the search did not converge"] : []),
    ...listStops(posterior.flags).map(({ message }) => lowerFirst(message)),
  ];
  const unsure = posterior.plan.probability >= least ? [] : [describeUnsure(posterior, least)];
  return judge(refusals, unsure, material);
}

/** Raised flags that speak against moving budget. */
function listStops(flags: readonly JudgedFlag[]): readonly JudgedFlag[] {
  return flags.filter(
    ({ raised, code }) => raised && Object.hasOwn(STOPS, code) && STOPS[code as FlagCode],
  );
}

function describeUnsure(
  { plan, experiment }: NonNullable<DeploymentFigures["posterior"]>,
  least: number,
): string {
  const next = experiment === null ? "" : ` ${experiment.message}`;
  return `the plan gains with a probability of ${formatPercent(plan.probability)}, and ${formatPercent(least)} is asked for.${next}`;
}

type Remedy = { readonly weight: number; readonly remedy: string };
type Informing = Exclude<FlagCode, "placebo_in_time" | "spend_follows_demand" | "forms_disagree">;

const REMEDIES: Readonly<Record<Informing, Remedy>> = {
  unstable: { weight: 50, remedy: "move in small steps and look again each month" },
  not_recovered: { weight: 45, remedy: "read the intervals as wider than they are" },
  channels_inseparable: { weight: 40, remedy: "move them together or test one of them" },
  nothing_learnt: { weight: 35, remedy: "test it before it is cut or raised" },
  hidden_confounder: { weight: 10, remedy: "name what else drives sales, or test it" },
};

/** One condition a code: the first finding, and how many more there are. */
function listBudgetConditions(flags: readonly JudgedFlag[]): Condition[] {
  const groups = Map.groupBy(
    flags.filter(({ raised }) => raised),
    ({ code }) => code,
  );
  return [...groups].flatMap(([code, [first, ...more]]) => {
    const entry = Object.hasOwn(REMEDIES, code) ? REMEDIES[code as Informing] : null;
    if (first === undefined || entry === null) return [];
    const others = more.length > 0 ? ` (and ${more.length} more like it)` : "";
    return [{ weight: entry.weight, text: `${first.message}${others}: ${entry.remedy}.` }];
  });
}

function lowerFirst(text: string): string {
  return `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`;
}
