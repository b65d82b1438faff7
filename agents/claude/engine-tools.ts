/**
 * The engine as tools for a language model: evaluate, diagnose, refine.
 *
 * I1. Input is checked like any untrusted input; what does not fit is answered with what is wrong.
 * I2. All tools together make at most `limits.evaluations` evaluations.
 * I3. Candidates that the guard's signature layer would refuse are called refused and never count
 *     as best.
 * I4. Equal calls in equal order have equal results, so that a repeated step repeats its turns.
 */
import { z } from "zod";
import type { Specification } from "../../guard/specification/specification.ts";
import type { TunableBound } from "../../guard/specification/tunables.ts";
import type { ModelConfig } from "../../model/config.ts";
import type { Dataset } from "../../model/data/dataset.ts";
import { withParameters } from "../../model/fit/problem.ts";
import { refineParameters } from "../../model/search/refine.ts";
import { assessForecast } from "../../model/forecast.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { ToolDeclaration } from "../../session/language-model.ts";
import { createEvaluator, type Evaluator } from "../builtin/evaluator.ts";
import { toJsonSchema, type Toolbox } from "./ask.ts";
import { createChannelRows } from "./context.ts";
import { formatPromptData } from "./prompts.ts";
import type { ClaudeSettings } from "./settings.ts";
import type { TrainedModel } from "../reasoners.ts";

export interface EngineToolsJob {
  readonly dataset: Dataset;
  readonly base: ModelConfig;
  readonly baseline: ModelConfig;
  readonly bounds: ReadonlyMap<string, TunableBound>;
  readonly spec: Specification;
  /** The model in force, with the published returns. */
  readonly trained: TrainedModel | null;
  readonly limits: ClaudeSettings["tools"];
}

/** A candidate as it was measured: rounded, in its ranges. */
export interface Measured {
  readonly changes: readonly {
    readonly path: string;
    readonly from: number;
    readonly to: number;
  }[];
  /** Validated wMAPE; infinite where the guard would refuse it. */
  readonly loss: number;
}

export interface EngineTools {
  readonly toolbox: Toolbox;
  readonly startLoss: number;
  /** Evaluations of the engine so far, its start included. */
  readonly evaluations: number;
  /** The best candidate that a tool measured. */
  readonly best: Measured | null;
  measure(changes: readonly { readonly path: string; readonly to: number }[]): Measured;
}

const SETTINGS = z
  .array(z.strictObject({ path: z.string().max(200), to: z.number() }))
  .max(200)
  .describe("numbers that differ from the configuration in force; empty = as in force");
const EVALUATE = z.strictObject({
  candidates: z
    .array(z.strictObject({ changes: SETTINGS }))
    .min(1)
    .max(20),
});
const DIAGNOSE = z.strictObject({ changes: SETTINGS });
const REFINE = z.strictObject({ changes: SETTINGS, steps: z.int().min(1).max(10) });

/** Losses at or above this mark a candidate that the evaluator refused. */
const REFUSED_LOSS = 1e6;
/** What a diagnosis counts for: a fit of all windows besides the folds. */
const DIAGNOSIS_COST = 3;
/** One refinement step: an evaluation and a gradient, which costs two. */
const STEP_COST = 3;
const FINDINGS_MAX = 12;

const DECLARATIONS: readonly ToolDeclaration[] = [
  {
    name: "evaluate",
    description:
      "Validated loss (mean wMAPE over rolling-origin folds) of up to 20 candidates; one evaluation each.",
    input: toJsonSchema(EVALUATE),
  },
  {
    name: "diagnose",
    description: `Half-lives, saturation, collinearity (vif) and findings of one candidate, beside the published returns, which tuning does not move; ${DIAGNOSIS_COST} evaluations.`,
    input: toJsonSchema(DIAGNOSE),
  },
  {
    name: "refine",
    description: `Gradient steps from a candidate inside the ranges; returns the best point found; ${STEP_COST} evaluations a step.`,
    input: toJsonSchema(REFINE),
  },
];

export function createEngineTools(job: EngineToolsJob): EngineTools {
  const { base, limits } = job;
  const evaluator = createEvaluator({ ...job, frozen: new Set() });
  const purse = createEvaluationBudget(limits.evaluations);
  const { spend } = purse;
  let best: Measured | null = null;

  function evaluateAndTrackBest(parameters: Float64Array): Measured {
    const found = measureParameters(evaluator, parameters);
    if (best === null || found.loss < best.loss) best = found;
    return found;
  }

  const runs: Readonly<Record<string, (input: unknown) => unknown>> = {
    evaluate: (input) => {
      const { candidates } = parseToolInput(EVALUATE, input);
      const vectors = candidates.map(({ changes }) => createParameterVector(evaluator, changes));
      spend(vectors.length);
      return {
        results: vectors.map((vector) =>
          describeMeasurement(evaluator, evaluateAndTrackBest(vector)),
        ),
      };
    },
    diagnose: (input) => {
      const vector = createParameterVector(evaluator, parseToolInput(DIAGNOSE, input).changes);
      spend(DIAGNOSIS_COST);
      return describeModelFit(job, evaluator.rounded(vector));
    },
    refine: (input) => {
      const { changes, steps } = parseToolInput(REFINE, input);
      const from = evaluator.rounded(createParameterVector(evaluator, changes));
      spend(steps * STEP_COST);
      const { box, objective } = evaluator;
      const learningRate = base.training.learning_rate;
      const { parameters } = refineParameters(objective, from, { box, learningRate, steps });
      return describeMeasurement(evaluator, evaluateAndTrackBest(parameters));
    },
  };
  return {
    toolbox: {
      tools: DECLARATIONS,
      limits,
      run(name, input) {
        const run = Object.hasOwn(runs, name) ? runs[name] : undefined;
        if (run === undefined) throw new MmmError("usage", "there is no tool of that name");
        const result = run(input) as object;
        return formatPromptData({ ...result, evaluations_left: purse.left() });
      },
    },
    startLoss: evaluator.startLoss,
    get evaluations() {
      return evaluator.evaluations;
    },
    get best() {
      return best;
    },
    measure: (changes) =>
      measureParameters(evaluator, createParameterVector(evaluator, changes, true)),
  };
}

interface Purse {
  /** Throws when less is left. */
  readonly spend: (evaluations: number) => void;
  readonly left: () => number;
}

function createEvaluationBudget(evaluations: number): Purse {
  let left = evaluations;
  return {
    left: () => left,
    spend(wanted) {
      if (wanted > left) {
        throw new MmmError(
          "budget_exhausted",
          `${wanted} evaluations asked for, ${left} left; answer with what you have`,
        );
      }
      left -= wanted;
    },
  };
}

function parseToolInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new MmmError("usage", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
}

/** The parameter vector of the changes; paths that the objective does not see may be passed over. */
function createParameterVector(
  evaluator: Evaluator,
  changes: readonly { readonly path: string; readonly to: number }[],
  passOver = false,
): Float64Array {
  const vector = evaluator.start.slice();
  const { paths, low, high } = evaluator.box;
  for (const { path, to } of changes) {
    const index = paths.indexOf(path);
    if (index < 0 && passOver) continue;
    if (index < 0) throw new MmmError("usage", "one of the paths is not a number that tools move");
    const [min, max] = [low[index] ?? 0, high[index] ?? 0];
    if (!passOver && (to < min || to > max)) {
      throw new MmmError("usage", `${paths[index]} must be within ${min} to ${max}`);
    }
    vector[index] = to;
  }
  return vector;
}

function measureParameters(evaluator: Evaluator, parameters: Float64Array): Measured {
  const at = evaluator.rounded(parameters);
  const { loss } = evaluator.objective.evaluate(at);
  const changes = [...at].flatMap((to, index) => {
    const from = evaluator.start[index] ?? to;
    return from === to ? [] : [{ path: evaluator.box.paths[index] ?? "", from, to }];
  });
  return { changes, loss: loss >= REFUSED_LOSS ? Number.POSITIVE_INFINITY : loss };
}

function describeMeasurement(evaluator: Evaluator, found: Measured): Record<string, unknown> {
  const changes = found.changes.map(({ path, to }) => ({ path, to }));
  if (!Number.isFinite(found.loss))
    return { changes, refused: "a mechanism would be switched off" };
  const { startLoss } = evaluator;
  return { changes, loss: found.loss, against_in_force: (found.loss - startLoss) / startLoss };
}

/** The candidate's forecast beside the published returns, which no candidate moves. */
function describeModelFit(job: EngineToolsJob, parameters: Float64Array): Record<string, unknown> {
  const result = assessForecast(job.dataset, withParameters(job.base, parameters));
  return {
    loss: result.loss,
    rows_per_variable: result.diagnostics.rows_per_variable,
    channels: result.channels.map((row) => ({
      channel: row.name,
      media_type: row.media_type,
      half_life_weeks: row.half_life_weeks,
      duration_90_weeks: row.duration_90_weeks,
      mean_saturation: row.mean_saturation,
      vif: row.vif,
    })),
    published: job.trained === null ? null : createChannelRows(job.trained)?.channels,
    findings: result.findings
      .slice(0, FINDINGS_MAX)
      .map(({ code, message }) => ({ code, message })),
  };
}
