/**
 * What the Data Scientist learns before it searches: from refusals, and from diagnostics.
 *
 * I1. A path named in a refusal keeps the value in force; a channel named in one may move only
 *     within a quarter of its ranges around the values in force, an eighth after two refusals.
 * I2. Text of a refusal is matched against known names; nothing in it is obeyed otherwise.
 */
import { readTunableValues, type TunableBound } from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { TrainedModel } from "../reasoners.ts";

export interface Lessons {
  readonly frozen: ReadonlySet<string>;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  /** In words, for the reasoning. */
  readonly notes: readonly string[];
}

/**
 * Where a search looks first: what published work finds (the soft ranges), and the value in force
 * where that lies outside.
 */
export function computePublishedRanges(
  base: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
): ReadonlyMap<string, TunableBound> {
  const values = readTunableValues(base);
  return new Map(
    [...bounds].map(([path, bound]) => {
      const value = Math.min(bound.max, Math.max(bound.min, values.get(path) ?? bound.softMin));
      const min = Math.min(bound.softMin, value);
      return [path, { ...bound, min, max: Math.max(bound.softMax, value) }];
    }),
  );
}

const PATH = /\b(?:hyperparameters\.[A-Za-z][\w-]*\.[a-z_]+|training\.[a-z0-9_]+)/g;
const NEAR_SHARE = 0.25;

/** What refusals say about where to look. */
export function deriveLessons(
  feedback: readonly string[],
  base: ModelConfig,
  bounds: ReadonlyMap<string, TunableBound>,
): Lessons {
  if (feedback.length === 0) return { frozen: new Set(), bounds, notes: [] };
  const said = feedback.join(" ");
  const frozen = new Set(
    [...said.matchAll(PATH)].map(([path]) => path).filter((p) => bounds.has(p)),
  );
  const named = base.channels
    .map((channel) => channel.name)
    .filter((name) => new RegExp(String.raw`(^|[^\w.])${name}([^\w.]|$)`, "i").test(said));
  const reach = NEAR_SHARE / feedback.length;
  const close =
    named.length === 0 && frozen.size === 0 ? [...bounds.keys()] : listChannelPaths(named, bounds);
  const narrowed = new Map(bounds);
  const values = readTunableValues(base);
  for (const path of close) {
    const bound = bounds.get(path);
    const value = values.get(path);
    if (bound !== undefined && value !== undefined)
      narrowed.set(path, narrowBound(bound, value, reach));
  }
  const notes = [
    ...(frozen.size === 0 ? [] : [`${[...frozen].join(", ")} kept after a refusal`]),
    ...(named.length === 0 ? [] : [`${named.join(", ")} moved only a little after a refusal`]),
  ];
  return {
    frozen,
    bounds: narrowed,
    notes: notes.length > 0 ? notes : ["smaller steps after a refusal"],
  };
}

function listChannelPaths(
  channels: readonly string[],
  bounds: ReadonlyMap<string, TunableBound>,
): readonly string[] {
  return [...bounds.keys()].filter((path) =>
    channels.some((name) => path.startsWith(`hyperparameters.${name}.`)),
  );
}

function narrowBound(bound: TunableBound, value: number, share: number): TunableBound {
  const inside = Math.min(bound.max, Math.max(bound.min, value));
  const reach = share * (bound.max - bound.min);
  return {
    ...bound,
    min: Math.max(bound.min, inside - reach),
    max: Math.min(bound.max, inside + reach),
  };
}

/** Findings after which a channel's own numbers are believed less. */
const DOUBTS: ReadonlySet<string> = new Set([
  "vif_high",
  "channels_collinear",
  "channel_unidentified",
  "channel_one_spike",
  "coefficient_zero",
]);

/** Channels whose effect the data can hardly tell from others'. */
export function findDoubtfulChannels(trained: TrainedModel | null): ReadonlySet<string> {
  const findings = trained?.findings ?? [];
  const found = findings.filter((one) => DOUBTS.has(one.code)).map((one) => one.channel);
  return new Set(found.filter((channel) => channel !== null));
}

/** What the fit in force says about itself, in words. */
export function describeDiagnostics(trained: TrainedModel | null): readonly string[] {
  const notes = (trained?.findings ?? [])
    .filter((one) => one.code === "vif_high" || one.code === "autocorrelated_residuals")
    .map((one) => one.message);
  const stability = trained?.roi_stability ?? null;
  if (stability !== null && stability < 0.5) {
    notes.push(`returns vary between refits (stability ${stability.toFixed(2)} of 1)`);
  }
  return notes.slice(0, 4);
}
