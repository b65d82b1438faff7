/**
 * The nearest permitted tuning to what a proposal asked for.
 *
 * I1. What it offers would be cleared by the rules: a number in its range, at a tunable path.
 */
import type { ModelConfig } from "../../model/config.ts";
import type { Violation } from "../../schemas/parts.ts";
import type { Specification } from "../specification/specification.ts";
import { type TunableBound, computeTunableBounds } from "../specification/tunables.ts";

const OFFERS_MAX = 4;

/** One or two sentences that name tunable numbers and their ranges. */
export function describePermittedTuning(
  violations: readonly Violation[],
  spec: Specification,
  config: ModelConfig | null,
): string {
  const bounds =
    config === null ? new Map<string, TunableBound>() : computeTunableBounds(config, spec);
  const near = violations.flatMap(({ code, path, evidence }) => {
    const bound = bounds.get(path);
    if (bound === undefined) return [];
    const asked = code === "value_out_of_range" ? Number(evidence.replaceAll('"', "")) : null;
    return [describeNearestPermitted(path, asked, bound)];
  });
  if (near.length > 0) return `${near.slice(0, OFFERS_MAX).join("; ")}.`;
  if (config === null) return describeGeneralRanges(spec);
  const offers = [...bounds]
    .filter(([path]) => path.endsWith(".decay") || path === "training.l2_penalty")
    .slice(0, OFFERS_MAX)
    .map(
      ([path, bound]) =>
        `${path} within ${roundInwards(bound.softMin, Math.ceil)} to ${roundInwards(bound.softMax, Math.floor)}`,
    );
  return `Permitted instead: ${offers.join("; ")}; alpha and gamma of each channel likewise.`;
}

function describeNearestPermitted(path: string, asked: number | null, bound: TunableBound): string {
  const low = roundInwards(bound.min, Math.ceil);
  const high = roundInwards(bound.max, Math.floor);
  const range = `${path} may be ${low} to ${high}`;
  if (asked === null || !Number.isFinite(asked)) return range;
  return `${range}; the nearest permitted value is ${asked < bound.min ? low : high}`;
}

function describeGeneralRanges(spec: Specification): string {
  const media = (["tv", "social", "search"] as const).map((medium) => {
    const [low, high] = spec.decay_per_week[medium].soft;
    return `${medium} ${low} to ${high}`;
  });
  return `Permitted instead: decay per week within its range (${media.join(", ")}), alpha, gamma, and the training numbers.`;
}

/** Ends of a daily range are roots: shown with six decimals, rounded into the range. */
function roundInwards(end: number, into: (value: number) => number): number {
  const shown = Number(end.toFixed(6));
  return shown === end ? end : into(end * 1e6) / 1e6;
}
