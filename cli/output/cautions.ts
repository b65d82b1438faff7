/**
 * What speaks against moving budget by a plan: said before the plan, on a terminal and in JSON.
 *
 * I1. A plan is not withheld: who asks for one sees it, with everything that refuses budget use.
 */
import type { Effects } from "../../model/effects.ts";
import { listStops } from "../../model/evidence/flags.ts";
import { gatherEvidence } from "../../model/evidence/gather.ts";
import { isApproved } from "../../schemas/deployment.ts";
import { findEvidence } from "../../schemas/evidence.ts";
import type { SessionResults } from "../../session/results.ts";

export interface Caution {
  readonly code: string;
  readonly message: string;
}

/** A session's results as a file gives them: anything. */
export type GivenResults = Partial<Pick<SessionResults, "deployment" | "posterior">> | null;

/** Of the sampler, of flags that stop, and of the session's own decision. */
export function listCautions(effects: Effects, results: GivenResults): Caution[] {
  const settled = effects.summary.findings.filter(({ code }) => code === "posterior_not_converged");
  return [
    ...settled.map(toCaution),
    ...listRaisedStops(effects, results),
    ...listDecision(results),
  ];
}

/** As the session found them; without a session those that need no further runs. */
function listRaisedStops(effects: Effects, results: GivenResults): Caution[] {
  const known = findEvidence(results?.posterior);
  if (known !== null) {
    return known.flags.filter(({ raised, stops }) => raised && stops).map(toCaution);
  }
  const { sampled, responses } = effects;
  if (sampled === null) return [];
  const options = { seed: 1, responses, refits: false } as const;
  const { flags } = gatherEvidence(sampled.dataset, sampled.methodology, sampled, options);
  return listStops(flags).map(toCaution);
}

/** Codes of flags that do not stop but leave a channel's advice open. */
const DOUBTS: ReadonlySet<string> = new Set(["channels_inseparable", "nothing_learnt"]);

/** Channels whose effect the data cannot tell, from evidence that is at hand. */
export function listDoubts(effects: Effects, results: GivenResults): Caution[] {
  const known = findEvidence(results?.posterior);
  if (known !== null) {
    return known.flags.filter(({ raised, code }) => raised && DOUBTS.has(code)).map(toCaution);
  }
  const { sampled, responses } = effects;
  if (sampled === null) return [];
  const options = { seed: 1, responses, refits: false } as const;
  return gatherEvidence(sampled.dataset, sampled.methodology, sampled, options)
    .flags.filter(({ raised, code }) => raised && DOUBTS.has(code))
    .map(toCaution);
}

function toCaution({ code, message }: Caution): Caution {
  return { code, message };
}

function listDecision(results: GivenResults): Caution[] {
  const use = results?.deployment?.budget_use ?? null;
  if (use === null || isApproved(use)) return [];
  const why = results?.deployment?.budget?.reasons.join("; ") ?? "";
  return [{ code: "budget_use", message: `the session says ${use.replaceAll("_", " ")}: ${why}` }];
}

/** A block before the plan; empty where nothing speaks against it. */
export function formatCautions(cautions: readonly Caution[]): string {
  if (cautions.length === 0) return "";
  const lines = cautions.map(({ code, message }) => `  ${code}: ${message}`);
  return ["Do not move budget by this plan before these are settled:", ...lines, "", ""].join("\n");
}
