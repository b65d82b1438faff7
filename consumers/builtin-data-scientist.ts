/**
 * The Data Scientist by built-in reasoning: looks for better parameters and says what it found.
 *
 * I1. `changes` holds only numbers that differ from the configuration in force; when nothing better
 *     is found it repeats one number unchanged, and says so.
 * I2. The figures in `reasoning` are the engine's at exactly the proposed numbers.
 */
import { applyChanges, tunableValues } from "../guard/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import { createObjective } from "../model/objective.ts";
import { parametersOf } from "../model/problem.ts";
import { modelCall, type LoadedData } from "./data-source.ts";
import type { ProposeAnswer, ProposeJob } from "./reasoners.ts";
import { searchValues } from "./builtin-search.ts";

export interface DataScientistTools {
  readonly load: (config: ModelConfig) => Promise<LoadedData>;
}

type Answer = Omit<ProposeAnswer, "note">;

/** Evaluations when the task names none. */
const EVALUATIONS_DEFAULT = 200;

export function createDataScientist(
  tools: DataScientistTools,
): (job: ProposeJob) => Promise<Answer> {
  return async (job) => {
    const { dataset } = await tools.load(job.base);
    return modelCall(() => propose(job, createObjective(dataset, job.base)));
  };
}

function propose(job: ProposeJob, objective: ReturnType<typeof createObjective>): Answer {
  const start = tunableValues(job.base);
  const paths = [...job.bounds.keys()].filter((path) => start.has(path) && searched(path));
  const result = searchValues({
    space: { paths, bounds: job.bounds },
    start,
    evaluations: job.task.evaluations > 0 ? job.task.evaluations : EVALUATIONS_DEFAULT,
    seed: job.task.seed,
    lossOf: (values) => {
      const settings = [...values].map(([path, to]) => ({ path, to }));
      return objective.evaluate(parametersOf(applyChanges(job.base, settings))).loss;
    },
  });
  const changes = [...result.values]
    .filter(([path, to]) => to !== start.get(path))
    .map(([path, to]) => ({ path, from: start.get(path) ?? to, to }));
  const searchScore = scoreOf(result);
  const { evaluations } = result;
  if (changes.length === 0) {
    const path = paths[0] ?? "training.l2_penalty";
    const reasoning = `None of ${evaluations} evaluated configurations is better than the one in force (validated wMAPE ${percent(result.startLoss)}).`;
    return { changes: [{ path, to: start.get(path) ?? 0 }], reasoning, searchScore, evaluations };
  }
  const listed = changes.map(({ path, from, to }) => `${path} ${from} → ${to}`).join("; ");
  const reasoning =
    `${listed}. Validated wMAPE ${percent(result.startLoss)} → ${percent(result.loss)} over the ` +
    `rolling-origin folds, best of ${evaluations} evaluated configurations.`;
  return {
    changes: changes.map(({ path, to }) => ({ path, to })),
    reasoning,
    searchScore,
    evaluations,
  };
}

function searched(path: string): boolean {
  return path.startsWith("hyperparameters.") || path === "training.l2_penalty";
}

/** 1 when a further search gained nothing, 0 at a gain of 5 % or more. */
function scoreOf({ startLoss, loss }: { startLoss: number; loss: number }): number {
  return Math.max(0, 1 - (startLoss - loss) / (0.05 * startLoss || 1));
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)} %`;
}
