/**
 * The words of reports and tables in plain language: one row a term, for `mmm explain`.
 *
 * I1. A row says what a term is, how its figure is read and what to do about a bad one; where there is a
 *     bound in the product, the row names it.
 * I2. A name or another name leads to one row only.
 */

export interface Term {
  readonly name: string;
  /** Other spellings that people type. */
  readonly also: readonly string[];
  readonly what: string;
  /** How to read the figure. */
  readonly read: string;
  /** What to do where it is bad; empty for a plain word. */
  readonly act: string;
  /** Where more of it stands. */
  readonly more: string;
}

type Row = readonly [
  name: string,
  also: string,
  what: string,
  read: string,
  act: string,
  more: string,
];

const ROWS: readonly Row[] = [
  // How good the fit is.
  [
    "MAPE",
    "mean absolute percentage error",
    "Mean of |actual − predicted| / actual over weeks that the fit did not see.",
    "0.08 is 8 % off in a usual week. Undefined where the target has zeros: then wMAPE is compared.",
    "Compare it with last year's value and the mean (MASE below 1): a low MAPE alone proves nothing.",
    "docs/MODEL.md §3",
  ],
  [
    "wMAPE",
    "weighted mape, loss, error",
    "Sum of |actual − predicted| over the sum of |actual|: the error that configurations are compared by.",
    "0.05 is 5 % of all sales off. Mean over the validation folds.",
    "More or better controls and events help most; tuning moves it by a little only.",
    "docs/MODEL.md §3",
  ],
  [
    "sMAPE",
    "symmetric mape",
    "Error relative to the mean of actual and predicted.",
    "0 to 2; near MAPE where errors are small.",
    "",
    "docs/MODEL.md §3",
  ],
  [
    "MASE",
    "mean absolute scaled error",
    "Error divided by the error of saying last year's value (last week's where there is no year before).",
    "Below 1 the model beats that rule; above 1 the rule is better.",
    "Above 1: do not plan on this forecast; look for missing controls and events.",
    "docs/MODEL.md §3",
  ],
  [
    "MAE",
    "mean absolute error, rmse, nrmse",
    "Mean error in units of the target. RMSE weighs large misses more; NRMSE is RMSE over the target's range.",
    "Read it beside a usual week's sales.",
    "",
    "docs/MODEL.md §3",
  ],
  [
    "R²",
    "r2, r squared, r-squared, adjusted r2, adj_r2",
    "Share of the ups and downs of the target that the model explains; adjusted: less what many variables explain by chance.",
    "1 is all, 0 is as good as the mean of the weeks, below 0 worse. On a short validation block it is often low or negative.",
    "Negative on validation: the forecast follows no movement; trust no small differences in it.",
    "docs/MODEL.md §3",
  ],
  [
    "validation",
    "fold, folds, rolling origin, cross validation, out of sample",
    "Blocks of weeks that are predicted from the weeks before them only, one after the other (rolling origin).",
    "Tuning sees these errors, so after many tries they are a little too good.",
    "Read the locked test beside it.",
    "docs/MODEL.md §3",
  ],
  [
    "locked test",
    "holdout, hold-out, locked weeks, test set",
    "The last weeks, which no agent sees. They are opened once, when tuning has ended.",
    "The honest error. Much higher than validation means that the model is over-tuned or the market changed.",
    "Worse than last year's value: do not plan on the forecast.",
    "docs/DECISION.md §1",
  ],
  [
    "Durbin-Watson",
    "durbin watson, dw, autocorrelation",
    "Whether the misses of neighbouring weeks go together.",
    "2 is none; below about 1.5 something slow is missing (season, trend, a campaign).",
    "Add the missing control, or more season.",
    "docs/MODEL.md §3",
  ],
  [
    "VIF",
    "variance inflation, collinearity, multicollinearity, correlation",
    "How much of a channel's movement the other columns already tell.",
    "1 is nothing; above 10 the data can hardly tell this channel from others.",
    "Join channels that always run together, or vary them: hold one back in some weeks or regions.",
    "docs/MODEL.md §3",
  ],
  [
    "rows per variable",
    "rows per parameter",
    "Rows that train, divided by columns of the model.",
    "Below 10 is thin.",
    "Longer history, fewer controls, or joined channels.",
    "docs/MODEL.md §8",
  ],
  // Convergence.
  [
    "convergence",
    "convergence score, converged",
    "Whether more tuning would change anything: the smallest of its parts (solver, search, sampler, ROI stability).",
    "1 is settled, 0 is not. Tuning ends at the session's convergence_threshold (0.95).",
    "Low: more iterations or evaluations; where only ROI stability is low, the data do not say more.",
    "docs/MODEL.md §4",
  ],
  [
    "ROI stability",
    "roi_stability, stability",
    "Whether configurations that fit about equally well agree on the returns.",
    "1 they agree, 0 they do not: then the data cannot tell the returns apart.",
    "Use the intervals, not the points; run the experiment that the decision names.",
    "docs/MODEL.md §4",
  ],
  [
    "solver",
    "search score, search",
    "Parts of convergence. Solver: the fit's equations are solved. Search: the last evaluations found nothing better.",
    "1 is done.",
    "A low search score: --evaluations or --max-iterations higher.",
    "docs/MODEL.md §4",
  ],
  [
    "R-hat",
    "rhat, r_hat, r hat, gelman rubin",
    "Whether the chains of the sampler tell the same story: spread between chains over spread within.",
    "1 is the same story. Bounds here: returns at most 1.01, parameters 1.03.",
    "Above: returns are not settled, and no budget may move on them. Often two channels that look alike.",
    "docs/MODEL.md §6",
  ],
  [
    "ESS",
    "effective draws, effective sample size, ess_min",
    "Draws of the sampler as if they were independent.",
    "Some hundreds are enough for a 90 % interval.",
    "Few: intervals are rough; see R-hat.",
    "docs/MODEL.md §6",
  ],
  [
    "divergences",
    "divergence, divergent",
    "Steps of the sampler that went wrong where the posterior is too steep.",
    "0 is right; a few in thousands do little harm.",
    "Many: the model and the data do not fit together; look at priors and odd weeks.",
    "docs/MODEL.md §6",
  ],
  // Returns.
  [
    "ROI",
    "return on investment, roas, return",
    "Target that a channel brought per unit of spend, over the training window (ROAS where the target is revenue).",
    "1.6 with revenue: 1.60 for each 1.00 spent, before costs. Its 90 % interval says what the data leave open.",
    "A wide interval is an honest answer. A lift test narrows it (calibration.lift_tests).",
    "docs/MODEL.md §6",
  ],
  [
    "mROI",
    "marginal roi, mroas, marginal return",
    "Return of the next bit of spend (1 % more), not of the mean one.",
    "Below ROI: the channel saturates. Budgets move by mROI, not by ROI.",
    "",
    "docs/MODEL.md §7",
  ],
  [
    "interval",
    "90 % interval, credible interval, confidence interval, roi_low, roi_high",
    "Range that holds the true value with a probability of 90 %, if the model and its priors are right.",
    "Two intervals that overlap widely are no ranking.",
    "",
    "docs/MODEL.md §6",
  ],
  [
    "contribution",
    "share, effect share, contribution share, baseline, decomposition",
    "Target that would not have come without a channel. Baseline: what would have come without media.",
    "Contributions of a week and the baseline add up to the fitted target.",
    "A negative baseline or one channel with nearly all of the effect is a reason to doubt the model.",
    "docs/MODEL.md §1",
  ],
  [
    "posterior",
    "prior, priors, bayesian, draws",
    "All values of returns and curves that fit data and priors, as draws. A prior is what is assumed before the data.",
    "Returns and intervals come from it, whatever tuning tried.",
    "Where the data teach nothing (flag nothing_learnt), the return is the prior's.",
    "docs/MODEL.md §6",
  ],
  // Media.
  [
    "adstock",
    "carryover, decay, lag, half-life, half life, duration",
    "Share of a week's advertising effect that is still there the week after (decay); it adds up over weeks.",
    "Decay 0.5: half is left after a week (half-life 1 week). TV is often 0.3 to 0.8, search 0 to 0.3.",
    "",
    "docs/MODEL.md §1",
  ],
  [
    "saturation",
    "hill, alpha, gamma, diminishing returns, response curve",
    "More spend brings less and less. Hill curve: gamma is where half of the most is reached, alpha how steep.",
    "Alpha above 1 is an S: little happens at first. Beyond twice today's spend a curve is a guess.",
    "",
    "docs/MODEL.md §1",
  ],
  [
    "exposure",
    "impressions, grp, grps, clicks, reach",
    "What people saw of a channel, beside its cost. The effect is modelled on it where the baseline names it.",
    "Only ratios between weeks matter, not the unit.",
    "",
    "docs/FIELDS.md",
  ],
  [
    "lift test",
    "experiment, calibration, incrementality, geo test",
    "A measured effect of a channel: spend held back or raised for some people or regions.",
    "Channel, dates, effect and standard error go into calibration.lift_tests.",
    "The decision names the experiment that would help most.",
    "docs/MODEL.md §6",
  ],
  [
    "organic",
    "organic media, newsletter, owned media",
    "Media without spend: newsletters, own posts. They enter as controls and have no ROI.",
    "",
    "",
    "docs/FIELDS.md",
  ],
  [
    "control",
    "controls, confounder, price, promotion",
    "A column that moves the target and is no advertising: price, competitor, weather, distribution.",
    "One that drives both spend and target has to be in, or the media take its credit.",
    "",
    "docs/FIELDS.md",
  ],
  // Governance.
  [
    "methodology",
    "guard, veto, clearance",
    "How the model is built, apart from the numbers that may be tuned. The guard lets no proposal change it.",
    "Results say its digest at start and end; unchanged is the point.",
    "A veto names the rule and its sources.",
    "docs/GUARD.md",
  ],
  [
    "decision",
    "approve, approve_with_conditions, reject, cannot_tell, forecast use, budget use",
    "Two answers: may the weeks ahead be planned on the forecast, may money move on the returns.",
    "cannot_tell: the data do not decide it, and the experiment that would is named.",
    "Read the first reason and the conditions; they are in order of weight.",
    "docs/DECISION.md",
  ],
  [
    "flag",
    "flags, placebo, finding, findings",
    "A check of data and posterior that was raised, such as spend that follows demand.",
    "Some stop a budget, some inform.",
    "",
    "docs/DECISION.md §3",
  ],
  [
    "escalation",
    "escalations, person",
    "A question to a person after proposals were refused several times, with a default and a time limit.",
    "mmm escalations list",
    "",
    "ARCHITECTURE.md",
  ],
  [
    "chain head",
    "chain, audit, seal, history, digest",
    "Hash over the whole record of a session. One changed byte anywhere gives another one.",
    "mmm audit verify compares it offline.",
    "",
    "docs/RELIABILITY.md",
  ],
  [
    "drift",
    "monitor, cusum, roll back",
    "A deployed model that the new weeks no longer fit: its error, its bias or its returns moved.",
    "cusum: errors added up; above 2.24 they lean to one side by more than chance.",
    "Run a new session on the new data.",
    "docs/MODEL.md §7",
  ],
];

/** All terms, in the order of the list. */
export const TERMS: readonly Term[] = ROWS.map(([name, also, what, read, act, more]) => ({
  name,
  also: also.split(", "),
  what,
  read,
  act,
  more,
}));

/** Letters and digits alone, small: `R-hat`, `r_hat` and `rhat` are one word. */
function normalizeTerm(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("²", "2")
    .replaceAll(/[^a-z0-9]/g, "");
}

/** The row of a term in any of its spellings; null where there is none. */
export function findTerm(text: string): Term | null {
  const wanted = normalizeTerm(text);
  const hit = (word: string): boolean => normalizeTerm(word) === wanted;
  return TERMS.find(({ name }) => hit(name)) ?? TERMS.find(({ also }) => also.some(hit)) ?? null;
}

/** Names of terms that have the text somewhere, for who typed part of one. */
export function suggestTerms(text: string): string[] {
  const wanted = normalizeTerm(text);
  if (wanted === "") return [];
  return TERMS.filter(({ name, also, what }) =>
    [name, ...also, what].some((word) => normalizeTerm(word).includes(wanted)),
  ).map(({ name }) => name);
}
