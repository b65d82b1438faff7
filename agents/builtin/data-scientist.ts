/**
 * The Data Scientist by built-in reasoning: looks for better parameters and says what it found; on a
 * person's words, tries what they ask for.
 *
 * I1. `changes` holds only numbers that differ from the configuration in force; when nothing better
 *     is found it repeats one number unchanged, and says so.
 * I2. The figures in `reasoning` are the engine's at exactly the proposed numbers.
 * I3. The words of a task are never repeated in the reasoning.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import { computeSearchBounds, type TunableBound } from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import { listFoldLosses } from "../../model/results/scores.ts";
import { measureGain } from "../../session/gain.ts";
import { createEvaluator } from "./evaluator.ts";
import {
  describeDiagnostics,
  findDoubtfulChannels,
  deriveLessons,
  computePublishedRanges,
} from "./lessons.ts";
import { describeNoImprovement, describeProposal } from "./explain-proposal.ts";
import { readTuningRequests, type TuningRequest } from "./parse-request.ts";
import { tune, type Tuning, type TuningJob } from "./tuning.ts";
import { applyTuningRequests } from "./try-request.ts";
import type { BusinessSettings } from "../business-settings.ts";
import { callModel, type LoadData, type LoadedData } from "../data-source.ts";
import { narrowToPlausible } from "../plausible-bounds.ts";
import type { ProposeAnswer, ProposeJob } from "../reasoners.ts";

export interface DataScientistTools {
  readonly load: LoadData;
  readonly settings: BusinessSettings;
  readonly spec: Specification;
}

type Answer = Omit<ProposeAnswer, "note">;

/** Evaluations when the task names none. */
const EVALUATIONS_DEFAULT = 200;
/** Relative gain at which a search counts as not settled at all. */
const UNSETTLED_GAIN = 0.05;

/** Answers tuning tasks and people's words with a proposal. */
export function createProposer(tools: DataScientistTools): (job: ProposeJob) => Promise<Answer> {
  return async (job) => {
    const { dataset } = await tools.load(job.base, job.dataDigest);
    const text = selectRequestText(job);
    const tuningRequests = text === null ? [] : await readTuningRequests(text, job.base);
    return callModel(() => proposeBySearch(tools, job, { dataset, tuningRequests }));
  };
}

function proposeBySearch(
  tools: DataScientistTools,
  job: ProposeJob,
  {
    dataset,
    tuningRequests,
  }: { dataset: LoadedData["dataset"]; tuningRequests: readonly TuningRequest[] },
): Answer {
  const { spec } = tools;
  const { baseline, task } = job;
  const permitted = computeSearchBounds(job.base, spec, [
    ...task.constraints,
    ...job.context.constraints,
  ]);
  const bounds = narrowToPlausible(permitted, job.base, job.trained);
  const lessons = deriveLessons(task.feedback, job.base, computePublishedRanges(job.base, bounds));
  const around = (base: ModelConfig, frozen: ReadonlySet<string>) =>
    createEvaluator({ dataset, base, baseline, bounds, frozen, spec });
  const { base } = job;
  const evaluator = createEvaluator({ dataset, base, baseline, spec, ...lessons });
  const tuningJob: TuningJob = {
    dataset,
    base: job.base,
    evaluations: job.task.evaluations > 0 ? job.task.evaluations : EVALUATIONS_DEFAULT,
    seed: job.task.seed,
    doubtful: findDoubtfulChannels(job.trained),
  };
  const notes = [...lessons.notes, ...describeDiagnostics(job.trained)];
  const granted = applyTuningRequests({ tuningRequests, evaluator, tuningJob, bounds, around });
  if (granted !== null) return granted;
  const tuning = tune(evaluator, tuningJob);
  const { evaluations } = tuning;
  const said =
    selectRequestText(job) !== null
      ? [...notes, "no single parameter could be read from the words given, so all were tuned"]
      : notes;
  return createProposeAnswer(job, tuning, { evaluations, notes: said });
}

function createProposeAnswer(
  job: ProposeJob,
  tuning: Tuning,
  { evaluations, notes }: { evaluations: number; notes: readonly string[] },
): Answer {
  const searchScore = computeSearchScore(tuning);
  if (tuning.changes.length === 0) {
    return {
      changes: [{ path: "training.l2_penalty", to: job.base.training.l2_penalty }],
      reasoning: describeNoImprovement(tuning.before, evaluations, notes),
      searchScore,
      evaluations,
    };
  }
  const changes = tuning.changes.map(({ path, to }) => ({ path, to }));
  const { learning_rate } = job.base.training;
  const rate = tuning.learningRate;
  if (
    rate !== null &&
    rate !== learning_rate &&
    isInRange(job.bounds, "training.learning_rate", rate)
  )
    changes.push({ path: "training.learning_rate", to: rate });
  return {
    changes,
    reasoning: describeProposal({ base: job.base, tuning, evaluations, notes }),
    searchScore,
    evaluations,
  };
}

/** What a person asked for: their own task, or their instruction after an escalation. */
function selectRequestText({ task }: ProposeJob): string | null {
  return task.instruction ?? (task.kind === "free_text" ? task.text : null);
}

function isInRange(
  bounds: ReadonlyMap<string, TunableBound>,
  path: string,
  value: number,
): boolean {
  const bound = bounds.get(path);
  return bound !== undefined && value >= bound.min && value <= bound.max;
}

/**
 * How settled tuning is: the search's own score, and how little this round gained over the
 * configuration in force beyond what folds differ by chance (1 at no such gain, 0 at 5 % or more); the
 * smaller counts. A gain within chance is refused by the session, too: it would be found for ever.
 */
function computeSearchScore({ before, after, searchScore }: Tuning): number {
  const gain = before.loss > 0 ? measureSureGain(before, after) / before.loss : 0;
  return Math.min(searchScore, Math.max(0, 1 - gain / UNSETTLED_GAIN));
}

/** In units of the loss; one standard error below the mean where folds tell. */
function measureSureGain(before: Tuning["before"], after: Tuning["after"]): number {
  const [was, is] = [before, after].map((one) => ({ fold_losses: listFoldLosses(one) }));
  const gain = measureGain(was ?? {}, is ?? {});
  if (gain === null) return before.loss - after.loss;
  return Math.max(0, before.loss - after.loss - gain.standard_error);
}
