/**
 * What one model's forecast gains over another's, fold by fold, and how sure that is.
 *
 *   gain_k = loss_k(before) − loss_k(after);   mean and its standard error sd/√K over the K folds
 * A gain counts when it exceeds its standard error (the one-standard-error rule of Breiman et al. 1984,
 * §3.4.3): rolling-origin folds differ by chance, and a search among thousands finds such differences.
 *
 * I1. Null where folds are not known, are other folds, or are too few to differ.
 */
import type { EventData } from "../schemas/event.ts";

export interface ForecastGain {
  /** In units of the loss; above 0 = better. */
  readonly mean: number;
  readonly standard_error: number;
  readonly folds: number;
}

type WithFolds = Partial<Pick<EventData<"ModelTrained">, "fold_losses">>;

/** The gain of `after` over `before`. */
export function measureGain(before: WithFolds, after: WithFolds): ForecastGain | null {
  const [was, is] = [before.fold_losses ?? [], after.fold_losses ?? []];
  const folds = was.length;
  if (folds < 2 || is.length !== folds) return null;
  const gains = was.map((loss, fold) => loss - (is[fold] ?? loss));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / folds;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  return { mean, standard_error: Math.sqrt(squares / (folds - 1) / folds), folds };
}
