/**
 * The effects of a methodology and its data, estimated once.
 *
 * I1. The key is the digest of the data's bytes and of the methodology: tunable numbers, sessions and
 *     seeds are not part of it, so none of them can ask for another estimate.
 */
import { computeMethodologyDigest } from "../guard/specification/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import { estimateEffects, type Effects } from "../model/effects.ts";
import { callModel, type LoadedData } from "../agents/data-source.ts";

/** Estimates kept at once; an ensemble of draws takes some megabytes. */
const KEPT_MAX = 8;

export type EffectsSource = (config: ModelConfig, loaded: LoadedData) => Effects;

/** Remembers the last few estimates. */
export function createEffectsSource(): EffectsSource {
  const kept = new Map<string, Effects>();
  return (config, { dataset, digest }) => {
    const key = `${digest}/${computeMethodologyDigest(config)}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const effects = callModel(() => estimateEffects(dataset, config));
    kept.set(key, effects);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
    return effects;
  };
}
