/**
 * Who takes a task: pinned → trained model, when sure → rules, when clear → a person.
 *
 * I1. A role that may not act, or is excluded, is never chosen and never an alternative.
 * I2. It always settles with a route: a model that is missing, slow to fail or fails sends the
 *     text to the rules, and the reason says so.
 * I3. Scores are rounded to 3 digits: int8 arithmetic differs in the last ones between machines,
 *     and equal sessions must have equal histories.
 * I4. A text that the model is sure belongs to nobody goes to a person, not to the rules.
 */
import { errorText } from "../schemas/errors.ts";
import type { EventOf } from "../schemas/event.ts";
import { formatPercent } from "../schemas/number-text.ts";
import { ROLES, type Role } from "../schemas/parts.ts";
import type { Classification } from "./head.ts";
import { OUT_OF_SCOPE } from "./roles.ts";
import type { Judgement, RouterModel } from "./router-model.ts";
import { type RuleVerdict, judgeByRules } from "./rules.ts";

/** What the decision needs of a stated task. */
export interface RouteRequest {
  readonly kind: string;
  readonly text: string;
  readonly pinned: EventOf<"TaskStated">["data"]["pinned"];
  readonly excluded: EventOf<"TaskStated">["data"]["excluded"];
}

export interface RouteTools {
  /** The authority table. */
  readonly mayTake: (role: Role, kind: string) => boolean;
  /** Null when there is none; then the rules decide. */
  readonly model: RouterModel | null;
}

/** All of ProposalRouted but which task it is about. */
export type Route = Omit<EventOf<"ProposalRouted">["data"], "work_item" | "attempt">;

type Source = "pinned" | "model" | "rules" | "person";
type RoleScores = Readonly<Record<Role, number>>;

interface Scored {
  readonly source: Exclude<Source, "pinned" | "person">;
  /** The label that won, if it won clearly. */
  readonly label: string | null;
  readonly scores: RoleScores;
  readonly confidence: number;
  readonly threshold: number | null;
  readonly modelDigest: string | null;
  readonly reason: string;
}

/** Chooses the role for one task. Never rejects. */
export async function chooseRole(request: RouteRequest, tools: RouteTools): Promise<Route> {
  const excluded = new Set<string>(request.excluded);
  const allowed = ROLES.filter((role) => !excluded.has(role) && tools.mayTake(role, request.kind));
  const { pinned } = request;
  if (pinned !== null && allowed.some((role) => role === pinned)) {
    return pinnedRoute(pinned as Role, allowed, request.text);
  }
  const judged = await judgeByModel(request.text, tools.model);
  if ("source" in judged) return decide(judged, allowed, excluded);
  return decide(byRules(request.text, judged), allowed, excluded);
}

function decide(scored: Scored, allowed: readonly Role[], excluded: ReadonlySet<string>): Route {
  const ranked = rank(scored.scores, allowed);
  const { label } = scored;
  if (label === null || label === OUT_OF_SCOPE) return routeTo(null, scored, ranked);
  const own = ranked.find((role) => role === label);
  if (own !== undefined) return routeTo(own, scored, ranked);
  // The clear winner has had its turn: the ladder asks for the next best of those who may act.
  const next = excluded.has(label) ? ranked[0] : undefined;
  return next === undefined
    ? routeTo(null, { ...scored, reason: `${scored.reason}; ${label} may not act on it` }, ranked)
    : routeTo(next, { ...scored, reason: `${scored.reason}; excluded, so next best` }, ranked);
}

function routeTo(role: Role | null, scored: Scored, ranked: readonly Role[]): Route {
  return {
    role,
    alternatives: ranked.filter((other) => other !== role),
    source: role === null ? "person" : scored.source,
    confidence: rounded(role === null ? scored.confidence : scored.scores[role]),
    scores: ROLES.map((name) => ({ role: name, score: rounded(scored.scores[name]) })),
    threshold: scored.threshold === null ? null : rounded(scored.threshold),
    model_digest: scored.modelDigest,
    reason: scored.reason,
  };
}

function pinnedRoute(role: Role, allowed: readonly Role[], text: string): Route {
  const { scores } = byRules(text, { reason: "" });
  return {
    role,
    alternatives: rank(scores, allowed).filter((other) => other !== role),
    source: "pinned",
    confidence: null,
    scores: [],
    threshold: null,
    model_digest: null,
    reason: `pinned to ${role}`,
  };
}

/** Why the rules are asked. */
interface Unsure {
  readonly reason: string;
}

/** The model's word, or a reason why the rules are asked instead. */
async function judgeByModel(text: string, model: RouterModel | null): Promise<Scored | Unsure> {
  if (model === null) return { reason: "no model" };
  let judgement: Judgement;
  try {
    judgement = await model.judge(text);
  } catch (error) {
    return { reason: `model failed: ${errorText(error)}` };
  }
  if (judgement.unjudged !== null) {
    return { reason: `not judged by the model: ${judgement.unjudged} (${judgement.language})` };
  }
  const { classification: found } = judgement;
  if (found.rejected !== null && found.rejected !== "reject_label") {
    return {
      reason: `model unsure: ${found.rejected}, ${formatPercent(found.confidence, 0)} ${found.label}`,
    };
  }
  return scoredByModel(found, model);
}

function scoredByModel(found: Classification, model: RouterModel): Scored {
  return {
    source: "model",
    label: found.label,
    scores: roleScores((role) => found.scores[role] ?? 0),
    confidence: found.confidence,
    threshold: model.confidenceThreshold,
    modelDigest: model.digest,
    reason: `model: ${found.label} ${formatPercent(found.confidence, 0)}, likeness ${formatPercent(found.familiarity, 0)}`,
  };
}

function byRules(text: string, unsure: Unsure): Scored {
  const verdict = judgeByRules(text);
  return {
    source: "rules",
    label: verdict.label,
    scores: roleScores((role) => verdict.scores[role]),
    confidence: Math.max(...Object.values(verdict.scores)),
    threshold: null,
    modelDigest: null,
    reason: [unsure.reason, ruleReason(verdict)].filter((part) => part !== "").join("; "),
  };
}

function ruleReason({ label, concepts }: RuleVerdict): string {
  if (concepts.length === 0) return "rules: no known term";
  const terms = concepts.slice(0, 6).join(", ");
  return label === null ? `rules: not clear (${terms})` : `rules: ${label} (${terms})`;
}

function rank(scores: RoleScores, allowed: readonly Role[]): Role[] {
  return allowed.toSorted((a, b) => scores[b] - scores[a] || ROLES.indexOf(a) - ROLES.indexOf(b));
}

function roleScores(of: (role: Role) => number): RoleScores {
  return {
    data_scientist: of("data_scientist"),
    business_analyst: of("business_analyst"),
    stakeholder: of("stakeholder"),
    research_persona: of("research_persona"),
  };
}

function rounded(x: number): number {
  return Math.round(x * 1000) / 1000;
}
