/**
 * What is published of the model of record: plain JSON, every number finite.
 *
 * Owns: the form. Not: the figures (`effects.ts`, `plausible.ts`).
 */

import type { Finding } from "./findings.ts";
import type { Range } from "./media-types.ts";
import type { Diagnostics } from "./posterior/posterior.ts";
import type { ChannelPosterior, PosteriorSummary } from "./posterior/summaries.ts";

type DiagnosticsDetail = "r_hat" | "acceptance" | "gradients";

/** What every reader of a posterior has; the rest stands with the estimate alone. */
export type PublishedDiagnostics = Omit<Diagnostics, DiagnosticsDetail> &
  Partial<Pick<Diagnostics, DiagnosticsDetail>>;

export interface PlausibleRegion {
  /** Share of the draws that each range holds. */
  readonly mass: number;
  /** By path of the parameter; in the units of the configuration. */
  readonly ranges: Readonly<Record<string, Range>>;
}

export interface ChannelEffects extends ChannelPosterior {
  /** Over the training window, as all that is published. */
  readonly spend: number;
}

/** The published part: plain JSON, every number finite. */
export interface EffectSummary {
  readonly level: number;
  readonly method: "posterior" | "ensemble_block_bootstrap";
  readonly draws: number;
  /** SHA-256 of the kept draws; null where none are kept. */
  readonly draws_digest: string | null;
  /** Null where no chains were run. */
  readonly diagnostics: PublishedDiagnostics | null;
  /** The fitted target over the training window: what shares are shares of. */
  readonly target_total: number;
  readonly channels: Readonly<Record<string, ChannelEffects>>;
  readonly media: PosteriorSummary["media"];
  /** What is left without media. */
  readonly baseline: Pick<PosteriorSummary["baseline"], "contribution" | "share">;
  /** Where tuning may look; no ranges where no chains were run. */
  readonly plausible: PlausibleRegion;
  readonly findings: readonly Finding[];
}
