/**
 * A person's words as tuning requests: channel, parameter, direction, amount.
 *
 * `router/intent.ts` reads most of it; added here are half-lives in weeks or days and media that only
 * one channel of the model has ("radio" for a channel named fm_spots). What is not understood is no
 * request.
 *
 * I1. Text from outside chooses among known names and numbers; it is never quoted or obeyed
 *     otherwise.
 */
import type { ModelConfig } from "../../model/config.ts";
import { countPeriodsPerWeek } from "../../model/config.ts";
import { TRANSFORM_PARAMETERS } from "../../model/media-types.ts";
import { parseProposal, type ParameterRequest } from "../../router/intent.ts";

export interface TuningRequest {
  /** Null when the request is about all channels or a training number. */
  readonly channel: string | null;
  readonly parameter: string;
  readonly direction: "increase" | "decrease" | null;
  /** New value, in the parameter's own unit. */
  readonly target: number | null;
  /** Change as a share of the value in force, or absolute. */
  readonly amount: { readonly by: number; readonly relative: boolean } | null;
  /** Bounds the value should keep to. */
  readonly range: readonly [number, number] | null;
}

/** All requests of a text that name something tunable of this model. */
export async function readTuningRequests(
  text: string,
  config: ModelConfig,
): Promise<readonly TuningRequest[]> {
  const inWeeks = HALF_LIFE.test(text.slice(0, TEXT_CHARS))
    ? parseTuningRequest(text, config)
    : null;
  if (inWeeks !== null) return [inWeeks];
  const names = config.channels.map((channel) => channel.name);
  const { parameterRequests } = await parseProposal(text, names);
  const read = parameterRequests.flatMap((parameterRequest) =>
    toTuningRequests(parameterRequest, text, config),
  );
  if (read.length > 0) return read;
  const own = parseTuningRequest(text, config);
  return own === null ? [] : [own];
}

const HALF_LIFE = /half[- ]?li(?:fe|ves)[^.;]*\b(?:weeks?|days?)\b/i;
const EVERY_CHANNEL = /\b(all|every|each|both)\b/i;
const DIRECTIONS = { raise: "increase", lower: "decrease", set: null } as const;

function toTuningRequests(
  parameterRequest: ParameterRequest,
  text: string,
  config: ModelConfig,
): readonly TuningRequest[] {
  const { parameter, by, relative, target, range } = parameterRequest;
  const said = text.slice(0, TEXT_CHARS).toLowerCase();
  const channel = parameterRequest.channel ?? findNamedChannel(said, config);
  if (isTransformParameter(parameter) && channel === null && !EVERY_CHANNEL.test(said)) return [];
  const amount =
    relative !== null
      ? { by: Math.abs(relative), relative: true }
      : by === null
        ? null
        : { by, relative: false };
  const falls = relative !== null && relative < 0;
  const direction = falls
    ? "decrease"
    : parameterRequest.direction === null
      ? null
      : DIRECTIONS[parameterRequest.direction];
  if (direction === null && target === null && range === null && amount === null) return [];
  const own = isTransformParameter(parameter) ? channel : null;
  return [{ channel: own, parameter, direction, target, amount, range }];
}

const PARAMETER_WORDS: readonly (readonly [string, RegExp])[] = [
  ["half_life", /half[- ]?life/],
  ["decay", /decay|carry[- ]?over|adstock|retention|memory|theta/],
  ["alpha", /alpha|steep|shape|slope/],
  ["gamma", /gamma|saturat|inflection|diminishing/],
  ["l2_penalty", /penalt|ridge|regulari[sz]|shrink|l2|lambda/],
  ["learning_rate", /learning[- _]?rate/],
  ["refinement_steps", /refinement[- _]?steps?/],
];

const MEDIA_WORDS: readonly (readonly [string, RegExp])[] = [
  ["tv", /\b(tv|television|linear)\b/],
  ["bvod", /\bbvod\b/],
  ["video", /\b(video|youtube)\b/],
  ["radio", /\b(radio|audio)\b/],
  ["print", /\b(print|newspapers?|magazines?)\b/],
  ["ooh", /\b(ooh|out[- ]of[- ]home|billboards?|outdoor)\b/],
  ["cinema", /\bcinema\b/],
  ["social", /\b(social|facebook|instagram|meta|tiktok)\b/],
  ["display", /\b(display|banners?)\b/],
  ["search", /\b(search|ppc|adwords|google ads)\b/],
  ["direct", /\b(direct|mail|email)\b/],
];

const UP = /\b(increase|raise|rais|higher|more|longer|up|extend|lift|bump|grow|stronger|slower)/;
const DOWN = /\b(decrease|reduce|lower|less|shorter|down|cut|drop|shrink|weaker|faster|smaller)/;
const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const TARGET = new RegExp(
  String.raw`\b(?:to|at|=|of|set|be|around|near)\s*(?:about\s*)?${NUMBER}\s*(%|percent|weeks?|days?)?`,
);
const AMOUNT = new RegExp(String.raw`\bby\s*(?:about\s*)?${NUMBER}\s*(%|percent)?`);
const TEXT_CHARS = 4000;

function parseTuningRequest(text: string, config: ModelConfig): TuningRequest | null {
  const said = text.slice(0, TEXT_CHARS).toLowerCase().replaceAll("_", " ");
  const parameter = PARAMETER_WORDS.find(([, words]) => words.test(said))?.[0];
  if (parameter === undefined) return null;
  const channel = findNamedChannel(said, config);
  const isTransform = parameter === "half_life" || isTransformParameter(parameter);
  if (isTransform && channel === null && !EVERY_CHANNEL.test(said)) return null;
  const direction = UP.test(said) ? "increase" : DOWN.test(said) ? "decrease" : null;
  const by = AMOUNT.exec(said);
  const to = by === null ? TARGET.exec(said) : null;
  if (direction === null && to === null && by === null) return null;
  const amount =
    by === null
      ? null
      : { by: Number(by[1]) / (by[2] === undefined ? 1 : 100), relative: by[2] !== undefined };
  const target = to === null ? null : parseTarget(parameter, to, config);
  return {
    channel: isTransform ? channel : null,
    parameter: parameter === "half_life" ? "decay" : parameter,
    direction: direction ?? (amount === null ? null : "increase"),
    target,
    amount: parameter === "half_life" ? null : amount,
    range: null,
  };
}

function isTransformParameter(name: string): boolean {
  return TRANSFORM_PARAMETERS.some((one) => one === name);
}

/** The channel named, by its name or else by a medium that only one channel has. */
function findNamedChannel(said: string, config: ModelConfig): string | null {
  const named = config.channels.filter(({ name }) => {
    const words = name.toLowerCase().replaceAll(/[_-]/g, " ");
    return new RegExp(String.raw`(^|\W)${words}(\W|$)`).test(said);
  });
  const longest = named.toSorted((a, b) => b.name.length - a.name.length)[0];
  if (longest !== undefined) return longest.name;
  const media = MEDIA_WORDS.filter(([, words]) => words.test(said)).map(([type]) => type);
  const ofMedium = config.channels.filter((channel) => media.includes(channel.media_type));
  return ofMedium.length === 1 ? (ofMedium[0]?.name ?? null) : null;
}

/** "to 0.6", "to 60 %", "to 2 weeks" in the parameter's unit. */
function parseTarget(
  parameter: string,
  found: RegExpExecArray,
  config: ModelConfig,
): number | null {
  const value = Number(found[1]);
  const unit = found[2] ?? "";
  if (parameter === "half_life" || /week|day/.test(unit)) {
    const weeks = unit.startsWith("day") ? value / 7 : value;
    const periods = weeks * countPeriodsPerWeek(config);
    return periods > 0 ? 0.5 ** (1 / periods) : 0;
  }
  return unit === "%" || unit === "percent" ? value / 100 : value;
}

const BETWEEN = new RegExp(
  String.raw`\b(?:between|from|within)\s*${NUMBER}\s*(?:and|to|-|–)\s*${NUMBER}`,
);

/** "keep tv decay between 0.4 and 0.7" as a range; null when the text asks for none. */
export function parseRange(
  text: string,
  config: ModelConfig,
): { readonly path: string; readonly low: number; readonly high: number } | null {
  const said = text.slice(0, TEXT_CHARS).toLowerCase().replaceAll("_", " ");
  const found = BETWEEN.exec(said);
  const parameter = PARAMETER_WORDS.find(([, words]) => words.test(said))?.[0];
  const channel = findNamedChannel(said, config);
  if (found === null || parameter === undefined) return null;
  const [low, high] = [Number(found[1]), Number(found[2])];
  if (low > high) return null;
  if (parameter === "half_life") {
    if (channel === null || low <= 0) return null;
    const decay = (weeks: number): number => 0.5 ** (1 / (weeks * countPeriodsPerWeek(config)));
    return { path: `hyperparameters.${channel}.decay`, low: decay(low), high: decay(high) };
  }
  if (!isTransformParameter(parameter)) return { path: `training.${parameter}`, low, high };
  return channel === null ? null : { path: `hyperparameters.${channel}.${parameter}`, low, high };
}
