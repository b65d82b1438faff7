/**
 * What is known about each kind of medium before any data is seen: ranges a search may use and
 * a plausible starting point. One table; everything that needs a default per medium reads it.
 *
 * Not here: which ranges an agent may propose (the methodology specification decides) and ROI
 * benchmarks (settings). These are the engine's own defaults when the caller gives none.
 *
 * Decay is *per week*. Sources of the decay ranges (soft range of each medium): Robyn analysts'
 * guide (TV 0.3–0.8; OOH, print, radio 0.1–0.4; digital 0–0.3), widened where published practice
 * disagrees (OOH up to 0.6; social and display up to 0.4). Alpha 0.5–3 and gamma 0.3–1: Robyn
 * analysts' guide.
 *
 * 1. Every range has low < high, lies in the hard limits of `config.ts` and holds its start.
 */

export const MEDIA_TYPES = [
  "tv",
  "bvod",
  "video",
  "radio",
  "print",
  "ooh",
  "cinema",
  "social",
  "display",
  "search",
  "direct",
  "other",
] as const;

export type MediaType = (typeof MEDIA_TYPES)[number];

export const TRANSFORM_PARAMETERS = ["decay", "alpha", "gamma"] as const;
export type TransformParameter = (typeof TRANSFORM_PARAMETERS)[number];

export type Range = readonly [low: number, high: number];
export type TransformRanges = Readonly<Record<TransformParameter, Range>>;
export type TransformValues = Readonly<Record<TransformParameter, number>>;

const SHAPE = { alpha: [0.5, 3], gamma: [0.3, 1] } as const;

/** Default search ranges per medium; decay per week. */
export const DEFAULT_BOUNDS: Readonly<Record<MediaType, TransformRanges>> = {
  tv: { decay: [0.3, 0.8], ...SHAPE },
  bvod: { decay: [0.2, 0.7], ...SHAPE },
  video: { decay: [0.1, 0.6], ...SHAPE },
  radio: { decay: [0.1, 0.4], ...SHAPE },
  print: { decay: [0.1, 0.4], ...SHAPE },
  ooh: { decay: [0.1, 0.6], ...SHAPE },
  cinema: { decay: [0.1, 0.6], ...SHAPE },
  social: { decay: [0, 0.4], ...SHAPE },
  display: { decay: [0, 0.4], ...SHAPE },
  search: { decay: [0, 0.3], ...SHAPE },
  direct: { decay: [0, 0.4], ...SHAPE },
  other: { decay: [0, 0.8], ...SHAPE },
};

/** Default range of `training.l2_penalty` (unit-free, see `ridge.ts`), searched on a log scale. */
export const DEFAULT_PENALTY_RANGE: Range = [1e-4, 1];

/** Starting values per medium: the middle of the decay range, alpha 1, gamma 0.5. */
export function createDefaultTransform(
  mediaType: MediaType,
  periodsPerWeek: number,
): TransformValues {
  const [low, high] = DEFAULT_BOUNDS[mediaType].decay;
  return { decay: convertWeeklyDecay((low + high) / 2, periodsPerWeek), alpha: 1, gamma: 0.5 };
}

/**
 * A weekly decay as a decay per data period: θ_day = θ_week^(1/7), so that the same share of the
 * effect is left after a week (Robyn's demo.R converts the same way).
 */
export function convertWeeklyDecay(decayPerWeek: number, periodsPerWeek: number): number {
  return decayPerWeek ** (1 / periodsPerWeek);
}

/** The table's ranges in the unit of the data (only decay has one). */
export function createDefaultRanges(mediaType: MediaType, periodsPerWeek: number): TransformRanges {
  const ranges = DEFAULT_BOUNDS[mediaType];
  const [low, high] = ranges.decay;
  return {
    ...ranges,
    decay: [convertWeeklyDecay(low, periodsPerWeek), convertWeeklyDecay(high, periodsPerWeek)],
  };
}
