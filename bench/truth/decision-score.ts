/**
 * What flags and budget decisions are worth on data whose truth is known.
 *
 * A flag on channels is right when the first channel's published ROI is off by more than half
 * (|median − truth| > ½ max(truth, 0.2 × mean truth)); a flag on the model when the ±30 % plan lowers
 * true sales. Precision = right among raised, recall = raised among those that should have been, base
 * rate = those that should have been among all that were looked at: a flag whose precision is not
 * above its base rate says nothing.
 */

import type { Use } from "../../schemas/deployment.ts";
import { decideUses, readCriteria } from "../../agents/builtin/deployment.ts";
import { parseBusinessContext } from "../../agents/business-context.ts";
import type { Evidence } from "../../model/evidence/gather.ts";
import { gatherEvidence } from "../../model/evidence/gather.ts";
import type { Flag } from "../../model/evidence/flags.ts";
import { STOPS } from "../../model/evidence/flags.ts";
import { computeMean } from "../../model/numbers.ts";
import { samplePosterior } from "../../model/posterior/posterior.ts";
import { computeResponses } from "../../model/posterior/responses.ts";
import { summarizeDraws } from "../../model/posterior/summaries.ts";
import { trueLift } from "./score.ts";
import type { TruthSet } from "./sets.ts";

/** A channel whose spend follows demand, by how the set was made. */
const CONFOUNDED: readonly { readonly set: RegExp; readonly channel: string }[] = [
  { set: /^own4_confounded|^demand_driven/, channel: "search" },
];
const OFF = 0.5;

export interface DecisionRow {
  readonly set: string;
  readonly kind: string;
  readonly converged: boolean;
  readonly probability: number;
  /** Of today's target total. */
  readonly gain: number;
  readonly loss: number;
  readonly lift: number | null;
  readonly use: Use;
  readonly experiment: string | null;
  readonly flags: readonly Pick<
    Flag,
    "code" | "channels" | "raised" | "value" | "limit" | "figures"
  >[];
  /** Channels whose ROI is off by more than half, and whose spend follows demand. */
  readonly off: readonly string[];
  readonly confounded: readonly string[];
  readonly seconds: number;
}

/** Posterior, evidence and decision of one set. */
export function scoreDecision(set: TruthSet, seed: number): DecisionRow {
  const posterior = samplePosterior(set.dataset, set.config, { seed, profile: set.profile });
  const { inputs, draws, diagnostics } = posterior;
  const responses = computeResponses(inputs, draws);
  const before = process.cpuUsage();
  const evidence = gatherEvidence(set.dataset, set.config, posterior, { seed, responses });
  const used = process.cpuUsage(before);
  const { gain } = evidence.plan;
  const middle = computeMean(Object.values(set.truth).map(({ roi }) => roi));
  const off = responses.channels.flatMap(({ name, roi }) => {
    const truth = set.truth[name]?.roi ?? 0;
    const error = Math.abs(summarizeDraws(roi).median - truth) / Math.max(truth, 0.2 * middle);
    return error > OFF ? [name] : [];
  });
  return {
    set: set.name,
    kind: set.kind,
    converged: diagnostics.converged,
    probability: gain.probability,
    gain: gain.mean / responses.targetTotal,
    loss: gain.expected_loss / responses.targetTotal,
    lift: trueLift(
      set,
      Object.fromEntries(evidence.plan.channels.map((row) => [row.channel, row.spend_after])),
    ),
    use: decideBudgetUse(evidence, diagnostics.converged),
    experiment: evidence.experiment?.message ?? null,
    flags: evidence.flags.map(({ code, channels, raised, value, limit, figures }) => ({
      code,
      channels,
      raised,
      value,
      limit,
      figures,
    })),
    off,
    confounded: CONFOUNDED.filter((one) => one.set.test(set.name)).map(({ channel }) => channel),
    seconds: (used.user + used.system) / 1e6,
  };
}

function decideBudgetUse(evidence: Evidence, converged: boolean): Use {
  const context = parseBusinessContext({ business_unit: "bench" });
  return decideUses({
    methodology_unchanged: true,
    validation: { folds: 4, error: 0, r2: 1, improvement: 0 },
    locked: "a bench of the posterior alone",
    criteria: readCriteria(context, new Set()),
    posterior: {
      sampler_converged: converged,
      search_converged: null,
      plan: evidence.plan.gain,
      flags: evidence.flags,
      experiment: evidence.experiment,
    },
    benchmark_notes: [],
  }).budget_use;
}

const stopsOf = (row: DecisionRow): DecisionRow["flags"] =>
  row.flags.filter(({ raised, code }) => raised && STOPS[code]);

/** One line a set. */
export function formatDecision(row: DecisionRow): string {
  const percent = (share: number): string => (100 * share).toFixed(1).padStart(5);
  const stops = stopsOf(row).map(({ code, channels }) => `${code} ${channels.join("/")}`);
  return [
    row.set.padEnd(26),
    row.probability.toFixed(2).padStart(5),
    percent(row.gain),
    percent(row.loss),
    row.lift === null ? "     –" : `${percent(row.lift)} %`,
    ` ${row.use}${row.converged ? "" : " (not converged)"}`.padEnd(25),
    stops.join(", "),
  ].join(" ");
}

interface Case {
  readonly raised: boolean;
  readonly due: boolean;
}

/** Precision, recall and base rate of every flag. */
export function formatFlags(rows: readonly DecisionRow[]): string[] {
  const kinds = new Map<string, Case[]>();
  const add = (name: string, one: Case): void => {
    kinds.set(name, [...(kinds.get(name) ?? []), one]);
  };
  for (const row of rows) {
    for (const { code, channels, raised } of row.flags) {
      const [first] = channels;
      const ofModel = first === undefined || code === "forms_disagree";
      if (ofModel) {
        if (row.lift !== null) add(`${code} → plan harmful`, { raised, due: row.lift < 0 });
        continue;
      }
      add(`${code} → ROI off by half`, { raised, due: row.off.includes(first) });
      if (code === "placebo_in_time" || code === "spend_follows_demand") {
        add(`${code} → follows demand`, { raised, due: row.confounded.includes(first) });
      }
    }
  }
  const head = `${"flag → what should be so".padEnd(44)} looked raised precision recall base rate`;
  return [head, ...[...kinds].map(([name, cases]) => formatCases(name, cases))];
}

function formatCases(name: string, cases: readonly Case[]): string {
  const raised = cases.filter((one) => one.raised);
  const due = cases.filter((one) => one.due);
  const both = raised.filter((one) => one.due).length;
  const share = (part: number, all: number): string =>
    all === 0 ? "      –" : `${((100 * part) / all).toFixed(0).padStart(5)} %`;
  return [
    name.padEnd(44),
    String(cases.length).padStart(6),
    String(raised.length).padStart(6),
    `  ${share(both, raised.length)}`,
    share(both, due.length),
    `  ${share(due.length, cases.length)}`,
  ].join(" ");
}

/** Acted upon, harmful among them, lift, if the least probability were `least`. */
export function formatTotal(rows: readonly DecisionRow[], least: number): string {
  const scored = rows.filter(({ lift }) => lift !== null);
  const acted = scored.filter((row) => row.probability >= least && stopsOf(row).length === 0);
  const converged = acted.filter((row) => row.converged).length;
  const lifts = acted.map(({ lift }) => lift ?? 0);
  const every = scored.map(({ lift }) => lift ?? 0);
  const harmful = (values: readonly number[]): number => values.filter((lift) => lift < 0).length;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return `probability ≥ ${least} and no flag: acts on ${acted.length} of ${scored.length} (${converged} with a converged sampler), harmful ${harmful(lifts)}, mean lift of those ${percent(computeMean(lifts))}; acting always: harmful ${harmful(every)}, mean lift ${percent(computeMean(every))}`;
}
