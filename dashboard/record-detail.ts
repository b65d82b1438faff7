/**
 * What stands behind the published returns: form, priors with their sources, what the priors alone say,
 * checks of the draws, and the posterior's own forecast of the locked weeks.
 *
 * I1. The locked weeks are looked at only where the session has looked at them before.
 * I2. Nothing is sampled here: draws are given.
 */
import type { ModelConfig } from "../model/config.ts";
import type { Dataset } from "../model/data/dataset.ts";
import { readForm, readMethodology, type Effects } from "../model/effects.ts";
import {
  checkPosterior,
  checkPrior,
  type PosteriorCheck,
  type PriorCheck,
} from "../model/posterior/checks.ts";
import { prepareInputs } from "../model/posterior/inputs.ts";
import type { Priors } from "../model/posterior/priors.ts";
import type { Profile } from "../model/posterior/profile.ts";
import { predictLockedWeeks, type Predictive } from "../model/predictive.ts";

export interface RecordDetail {
  readonly profile: Profile;
  readonly priors: Priors;
  readonly prior: PriorCheck;
  readonly posterior: PosteriorCheck;
  /** Null before the locked test, and where no weeks are locked. */
  readonly predictive: Predictive | null;
}

const SEED = 1;

/** Null where the methodology asks for a point: there are then no priors and no draws. */
export function computeRecordDetail(
  dataset: Dataset,
  config: ModelConfig,
  { effects, lockedSeen }: { effects: Effects; lockedSeen: boolean },
): RecordDetail | null {
  const { draws } = effects;
  if (draws === null) return null;
  const methodology = readMethodology(config);
  const form = readForm(methodology);
  const inputs = prepareInputs(dataset, methodology, form);
  const locked = config.evaluation.locked_test_weeks;
  return {
    ...form,
    prior: checkPrior(inputs, SEED),
    posterior: checkPosterior(inputs, draws, SEED),
    predictive: lockedSeen && locked > 0 ? predictLockedWeeks(dataset, config, draws) : null,
  };
}
