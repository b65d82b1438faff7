/**
 * The draws of a session's posterior for a command that shows or plans with them.
 *
 * I1. What a session sampled is read, not sampled again; where its state is not at hand, that is said on
 *     stderr, and the same draws are made anew from the same data.
 */
import { readStoredDraws } from "../consumers/stored-draws.ts";
import type { EffectSummary } from "../model/effect-summary.ts";
import type { ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/data/dataset.ts";
import { estimateEffects, restoreEffects, type Effects } from "../model/effects.ts";
import type { Draws } from "../model/posterior/draws.ts";
import { readPosterior } from "../consumers/published-posterior.ts";
import { MmmError } from "../schemas/errors.ts";
import { withApp } from "./open.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/** What results publish of the model of record; null for documents without it. */
export interface PublishedRecord {
  readonly draws_digest: string | null;
  readonly diagnostics: EffectSummary["diagnostics"];
  /** Median ROI by channel. */
  readonly returns: Readonly<Record<string, number>>;
}

/** Reads `results.posterior`. */
export function readPublishedRecord(results: unknown): PublishedRecord | null {
  const { posterior } = (results ?? {}) as { posterior?: unknown };
  const published = readPosterior(JSON.stringify(posterior ?? null));
  if (published === null) return null;
  const { draws_digest, diagnostics, channels } = published;
  const returns = Object.entries(channels).map(([name, { roi }]) => [name, roi.median] as const);
  return { draws_digest, diagnostics, returns: Object.fromEntries(returns) };
}

/** The kept draws; null, with a line on stderr, where the state does not have them. */
export async function findSessionDraws(
  shell: Shell,
  options: CommonOptions,
  record: PublishedRecord | null,
): Promise<Draws | null> {
  const digest = record?.draws_digest ?? null;
  if (digest === null) return null;
  const draws = await readFromState(shell, options, digest);
  if (draws === null)
    shell.err(
      `The session's draws are not in "${options.stateDir}" (--state-dir): they are made anew where needed`,
    );
  return draws;
}

async function readFromState(
  shell: Shell,
  options: CommonOptions,
  digest: string,
): Promise<Draws | null> {
  try {
    return await withApp(shell, options, ({ values }) => readStoredDraws(values, digest));
  } catch (error) {
    if (error instanceof MmmError && error.code === "not_found") return null;
    throw error;
  }
}

/** Effects of the session: from its draws where they are at hand, else estimated anew. */
export function recallEffects(
  dataset: Dataset,
  config: ModelConfig,
  { draws, record }: { draws: Draws | null; record: PublishedRecord | null },
): Effects {
  if (draws === null) return estimateEffects(dataset, config);
  return restoreEffects(dataset, config, { draws, diagnostics: record?.diagnostics ?? null });
}
