/**
 * `results.posterior`: the model of record as a history carries it.
 *
 * I1. Plain JSON, canonical, figures to seven significant digits: equal effects, equal text.
 * I2. Text that is not of this form reads as null: a history may come from anywhere.
 */
import { z } from "zod";
import type { EffectSummary } from "../model/effect-summary.ts";
import { toCanonicalJson } from "../schemas/canonical.ts";
import type { EventData } from "../schemas/event.ts";
import { EVIDENCE, type PublishedEvidence } from "../schemas/evidence.ts";

const DIGITS = 7;
/** Every second of the multipliers that curves are computed at: 0, 0.2 … 2. */
const CURVE_STRIDE = 2;

const INTERVAL = z.object({ low: z.number(), median: z.number(), high: z.number() });

const CHANNEL = z.object({
  spend: z.number(),
  roi: INTERVAL,
  mroi: INTERVAL,
  contribution: INTERVAL,
  half_life_weeks: INTERVAL,
  probability_roi_below_1: z.number(),
  response_curve: z.array(INTERVAL.extend({ multiplier: z.number() })),
});

const POSTERIOR = z.object({
  level: z.number(),
  method: z.string(),
  draws: z.number(),
  draws_digest: z.string().nullable(),
  diagnostics: z
    .object({
      converged: z.boolean(),
      r_hat_max: z.number(),
      ess_min: z.number(),
      divergences: z.number(),
      chains: z.number(),
      draws_per_chain: z.number(),
    })
    .nullable(),
  channels: z.record(z.string(), CHANNEL),
  baseline: z.object({ contribution: INTERVAL, share: INTERVAL }),
  /** Null where only a point was estimated, and in histories from before there was any. */
  evidence: EVIDENCE.nullable().default(null),
});

export type PublishedPosterior = z.infer<typeof POSTERIOR>;

/** The text of `results.posterior`. */
export function formatPosterior(
  summary: EffectSummary,
  evidence: PublishedEvidence | null,
): string {
  const channels = Object.entries(summary.channels).map(([name, channel]) => {
    const curve = channel.response_curve.filter((_, step) => step % CURVE_STRIDE === 0);
    const points = curve.map(({ spend: _spend, ...point }) => point);
    return [name, { ...channel, response_curve: points }];
  });
  const published = POSTERIOR.parse({
    ...summary,
    channels: Object.fromEntries(channels),
    evidence,
  });
  return toCanonicalJson(rounded(published));
}

/** The posterior of a text; null where there is none or it has another form. */
export function readPosterior(text: string | null): PublishedPosterior | null {
  if (text === null) return null;
  try {
    return POSTERIOR.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Figures of a posterior's text are rounded; those of a channel are not. */
const ROUNDING = 1e-6;

/** Whether every ROI with its interval is the posterior's. */
export function hasReturnsOf(
  posterior: PublishedPosterior | null,
  { channels }: Pick<EventData<"ModelTrained">, "channels">,
): boolean {
  if (posterior === null) return false;
  return channels.every(({ channel, roi, roi_low, roi_high, mroi }) => {
    const own = Object.hasOwn(posterior.channels, channel)
      ? posterior.channels[channel]
      : undefined;
    if (own === undefined) return roi === null && mroi === null;
    const pairs = [
      [roi, own.roi.median],
      [roi_low, own.roi.low],
      [roi_high, own.roi.high],
      [mroi, own.mroi.median],
    ] as const;
    return pairs.every(
      ([said, is]) => said !== null && Math.abs(said - is) <= ROUNDING * Math.abs(is),
    );
  });
}

function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rounded(part)]));
}
