/**
 * Draws of the effects of every channel: what a method of estimation has to bring.
 *
 * Owns: the port between methods (`ensemble-effects.ts`) and the published figures (`effects.ts`).
 *
 * 1. Draws count equally; the same draw number is one and the same model for all channels.
 */

/** Draws of the effects, by whatever method; times are data periods of the training window. */
export interface EffectDraws {
  readonly method: "ensemble_block_bootstrap";
  readonly count: number;
  readonly channels: readonly { readonly name: string; readonly spend: number }[];
  /** Response of a channel over the training window under one draw, its spend × `multiplier`. */
  response(draw: number, channel: number, multiplier: number): number;
  halfLifeWeeks(draw: number, channel: number): number;
  baselineShare(draw: number): number;
  /** Means over the draws, period by period, geos added up. */
  readonly mean: { readonly fitted: Float64Array; readonly channels: readonly Float64Array[] };
}
