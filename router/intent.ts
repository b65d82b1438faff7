/**
 * What a free text asks for, as far as words can tell: which channels, which tunable parameters,
 * up or down, by how much or to what, and whether it tunes, restructures, asks, judges or decides.
 * Rules first; where they see no intent, the sentence encoder's nearest example of one decides.
 *
 * What is read here is a hint for an agent and evidence for the guard, never a change by itself.
 *
 * I1. Pure but for the encoder that is handed in; bounded by MAX_INTENT_CHARS.
 * I2. Only channels of the session are found, by whole words.
 */
import { judgeByRules } from "./words/rules.ts";
import { type Label, LABELS } from "./words/roles.ts";
import type { RouterModel } from "./classifier/router-model.ts";
import { type ParsedAmount, parseAmount } from "./amounts.ts";

export const MAX_INTENT_CHARS = 8_000;

export const PARAMETERS = ["decay", "alpha", "gamma", "learning_rate", "l2_penalty"] as const;

export type Parameter = (typeof PARAMETERS)[number];

export type Direction = "raise" | "lower" | "set";

export interface ParameterRequest extends ParsedAmount {
  readonly parameter: Parameter;
  /** Null: all channels, or a parameter that has none (learning rate, penalty). */
  readonly channel: string | null;
  /** Null when the text does not say. */
  readonly direction: Direction | null;
  /** The clause it was read from. */
  readonly clause: string;
}

export type Intent = "tune" | "change_method" | "ask_method" | "judge_results" | "decide" | "other";

export interface Parsed {
  readonly intent: Intent;
  /** How the intent was found. */
  readonly ground: "rules" | "encoder" | "none";
  readonly channels: readonly string[];
  readonly parameterRequests: readonly ParameterRequest[];
}

/** Finds an intent where words do not. */
export type IntentGuess = (text: string) => Promise<Label | null>;

/** A guess by the trained router; null where it is not sure. Never rejects. */
export function createIntentGuess(model: RouterModel): IntentGuess {
  return async (text) => {
    const judgement = await model.judge(text).catch(() => null);
    const found = judgement?.classification ?? null;
    if (found === null) return null;
    const sure = found.rejected === null || found.rejected === "reject_label";
    return sure ? (LABELS.find((label) => label === found.label) ?? null) : null;
  };
}

const PARAMETER_WORDS: readonly (readonly [Parameter, RegExp])[] = [
  [
    "decay",
    /\b(decay|carry-?over|retention|half-?li(?:fe|ves)|persistence|memory|ad-?stock|fad(?:e|es|ing)|tail)\b/iu,
  ],
  ["alpha", /\b(alpha|alfa|hill (?:slope|exponent)|steep\w*|exponent|slope|s-shape)\b/iu],
  ["gamma", /\b(gamma|gama|half-?saturation|midpoint|inflection|half-effect|saturat\w+)\b/iu],
  ["learning_rate", /\b(learning[ _-]?rate|lr|step size|step length|update rate)\b/iu],
  ["l2_penalty", /\b(l2(?:_penalty)?|ridge|penalty|shrinkage|regulari[sz]ation|regulari[sz]e)\b/iu],
];

const DIRECTIONS: readonly (readonly [Direction, RegExp])[] = [
  [
    "raise",
    /\b(rais\w+|increas\w+|higher|larger|longer|more|bump|up|strengthen\w*|stronger|double\w*|slower fade|bigger|weiter hoch|erhöh\w*)\b/iu,
  ],
  [
    "lower",
    /\b(lower\w*|decreas\w+|reduc\w+|halv\w+|cut|trim|shorter|shorten\w*|less|smaller|down|weaker|loosen\w*|soften\w*|drop|senk\w*)\b/iu,
  ],
];

/** "too small" asks for more, "too strong" for less; these words win over verbs. */
const TOO: readonly (readonly [Direction, RegExp])[] = [
  ["raise", /\btoo (?:small|low|weak|short|flat|early|soon|quick\w*|fast)\b/iu],
  ["lower", /\btoo (?:large|big|high|hi|strong|long|steep|sticky|late|slow\w*)\b/iu],
];

const INTENTS: Readonly<Record<Label, Intent>> = {
  data_scientist: "tune",
  research_persona: "change_method",
  business_analyst: "judge_results",
  stakeholder: "decide",
  out_of_scope: "other",
};

const ASKS =
  /^\s*(why|what|which|who|is|are|does|do|on what|how|explain|discuss|cite|give references)\b|\?\s*$/iu;

/**
 * @param channels names of the session's channels
 * @param guess asked only when the rules see no intent
 */
export async function parseProposal(
  text: string,
  channels: readonly string[],
  guess: IntentGuess | null = null,
): Promise<Parsed> {
  const read = text.slice(0, MAX_INTENT_CHARS);
  const found = findChannels(read, channels);
  const parameterRequests = splitClauses(read).flatMap((clause) => parseClause(clause, channels));
  const { label } = judgeByRules(read);
  if (label !== null)
    return { intent: toIntent(label, read), ground: "rules", channels: found, parameterRequests };
  const guessed = guess === null ? null : await guess(read);
  return guessed === null
    ? { intent: "other", ground: "none", channels: found, parameterRequests }
    : { intent: toIntent(guessed, read), ground: "encoder", channels: found, parameterRequests };
}

function toIntent(label: Label, text: string): Intent {
  if (label === "research_persona" && ASKS.test(text)) return "ask_method";
  return INTENTS[label];
}

/** Names of `channels` that occur in `text`, in the session's order. */
export function findChannels(text: string, channels: readonly string[]): string[] {
  return channels.filter((name) => createChannelPattern(name).test(text));
}

/** `paid_search` is found as "paid search", "paid-search" and "paid_search". */
function createChannelPattern(name: string): RegExp {
  const parts = name.split(/[\s_-]+/u).map((part) => part.replaceAll(/[^\p{L}\p{N}]/gu, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])${parts.join("[\\s_-]?")}(?![\\p{L}\\p{N}])`, "iu");
}

/** Sentences and their halves: a request stands in one of them. */
function splitClauses(text: string): string[] {
  return text
    .split(/(?:[;\n!?]|\.(?!\p{N})|,(?!\p{N})|\b(?:and|und)\b(?!\s*[0-9.]))/iu)
    .filter((c) => c.trim() !== "");
}

function parseClause(clause: string, channels: readonly string[]): ParameterRequest[] {
  const named = findChannels(clause, channels);
  return PARAMETER_WORDS.filter(([, pattern]) => pattern.test(clause)).flatMap(
    ([parameter]): ParameterRequest[] => {
      const amount = parseAmount(clause);
      const direction = findDirection(clause, amount);
      // A parameter that is only mentioned is no request.
      if (direction === null && Object.values(amount).every((part) => part === null)) return [];
      const parameterRequest = { parameter, direction, ...amount, clause: clause.trim() };
      const global = parameter === "learning_rate" || parameter === "l2_penalty";
      if (global || named.length === 0) return [{ ...parameterRequest, channel: null }];
      return named.map((channel) => ({ ...parameterRequest, channel }));
    },
  );
}

function findDirection(clause: string, amount: ParsedAmount): Direction | null {
  const found = [...TOO, ...DIRECTIONS].find(([, pattern]) => pattern.test(clause));
  if (found !== undefined) return found[0];
  return amount.target === null ? null : "set";
}
