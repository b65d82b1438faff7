/**
 * Questions to roles and their answers as they travel to other processes: JSON, checked on arrival.
 *
 * I1. A question is checked by the one who answers it, an answer by the one who asked: neither is
 *     trusted.
 * I2. Records that are events' data are checked by the events' own schemas.
 */
import { z } from "zod";
import { computeTunableBounds, computeSearchBounds } from "../../guard/specification/tunables.ts";
import type { Specification } from "../../guard/specification/specification.ts";
import { parseModelConfig, type ModelConfig } from "../../model/config.ts";
import { decodeEvent, encodeEvent } from "../../schemas/codec.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { Event, EventData } from "../../schemas/event.ts";
import { EVIDENCE } from "../../schemas/evidence.ts";
import { ROLES, type Role } from "../../schemas/parts.ts";
import { parseBusinessContext } from "../business-context.ts";
import { callModel } from "../data-source.ts";
import type {
  AdviseJob,
  DecideJob,
  ExplainJob,
  ProposeJob,
  Reasoners,
  ReviewJob,
  TrainedModel,
} from "../reasoners.ts";

export type QuestionKind = "propose" | "review" | "advise" | "explain" | "decide";

/** A question on the wire. */
export interface RoleQuestion {
  readonly skill: Role;
  readonly question: QuestionKind;
  readonly job: Readonly<Record<string, unknown>>;
}

const ID = z.string().min(1).max(200);
const TEXT = z.string().max(20_000);
const LINES = z.array(z.string().max(2_000)).max(100);
const FINITE = z.number();

const CONSTRAINT = z.object({ path: ID, min: FINITE, max: FINITE, reason: z.string().max(2_000) });
const FINDING = z.object({
  code: ID,
  severity: z.enum(["info", "warning", "critical"]),
  channel: ID.nullable(),
  figure: FINITE.nullable(),
  bound: z.string().max(500).nullable(),
  message: z.string().max(2_000),
  source: z.string().max(500).nullable(),
});
const VIOLATION = z.object({
  code: ID,
  layer: z.enum(["UNKNOWN", "rules", "signature", "semantics", "system"]),
  path: z.string().max(500),
  message: z.string().max(2_000),
  evidence: z.string().max(5_000),
});

/** What an answer must look like, by question; anything else is no answer. */
export const ANSWERS = {
  propose: z.object({
    changes: z.array(z.object({ path: ID, to: FINITE })).max(500),
    reasoning: TEXT,
    searchScore: z.number().min(0).max(1).nullable(),
    evaluations: z.int().min(0).max(1_000_000_000),
  }),
  review: z.object({
    verdict: z.enum(["approve", "warn", "critical"]),
    findings: z.array(FINDING).max(500),
    constraints: z.array(CONSTRAINT).max(100),
    summary: TEXT,
  }),
  advise: z.object({
    kind: z.enum(["constraints", "advice", "rejection"]),
    text: TEXT,
    constraints: z.array(CONSTRAINT).max(100),
    citations: z.array(ID).max(100),
  }),
  explain: z.object({ text: TEXT, citations: z.array(ID).max(100), permitted: TEXT }),
  decide: z.object({
    decision: z.enum(["approve", "approve_with_conditions", "reject"]),
    rationale: TEXT,
    conditions: LINES,
    success_criteria: LINES,
    monitoring: z
      .array(
        z.object({
          metric: ID,
          warn_above: FINITE,
          rollback_above: FINITE,
          window_weeks: z.int().min(1).max(520),
        }),
      )
      .max(100),
    rollback: TEXT,
    next_review_weeks: z.int().min(0).max(520),
  }),
} as const satisfies Record<QuestionKind, z.ZodType>;

export type RemoteAnswer<K extends QuestionKind> = z.infer<(typeof ANSWERS)[K]>;

/** The job without what cannot travel: the signal, and ranges that follow from the rest. */
export function serializeJob(
  job: ProposeJob | ReviewJob | AdviseJob | ExplainJob | DecideJob,
): Readonly<Record<string, unknown>> {
  const { signal: _signal, ...rest } = job;
  const { bounds: _bounds, ...travels } = rest as typeof rest & { bounds?: unknown };
  return JSON.parse(JSON.stringify(travels)) as Record<string, unknown>;
}

const JOB = z.looseObject({ session: ID, businessUnit: ID, step: ID });
type JobJson = z.infer<typeof JOB>;

export interface AnswerTools {
  readonly reasoners: Reasoners;
  readonly spec: Specification;
  /** Where this process finds the data of a configuration; rejects for a place it may not read. */
  placed(config: ModelConfig): ModelConfig;
}

/** Answers a question that came from outside. Throws `usage` for one that is not well-formed. */
export async function answerQuestion(
  tools: AnswerTools,
  question: RoleQuestion,
  signal: AbortSignal,
): Promise<unknown> {
  const base = parseJobPart(JOB, question.job);
  const { session, businessUnit, step } = base;
  const shared = { session, businessUnit, step, signal };
  const { note: _note, ...answer } = await ASKS[question.question](tools, question.skill, {
    base,
    shared,
  });
  return answer;
}

interface Asked {
  readonly base: JobJson;
  readonly shared: Pick<ProposeJob, "session" | "businessUnit" | "step" | "signal">;
}

type Ask = (tools: AnswerTools, role: Role, asked: Asked) => Promise<{ readonly note: unknown }>;

const ASKS: Readonly<Record<QuestionKind, Ask>> = {
  propose: (tools, role, asked) => tools.reasoners.propose(parseTaskJob(tools, role, asked)),
  advise: (tools, role, asked) => tools.reasoners.advise(parseTaskJob(tools, role, asked)),
  review: (tools, _role, { base, shared }) =>
    tools.reasoners.review({
      ...shared,
      config: parseJobConfig(tools, base["config"]),
      evidence: parseJobPart(EVIDENCE.nullable(), base["evidence"] ?? null),
      candidate: parseEventData("ModelTrained", base["candidate"]),
      baseline: parseEventData("ModelTrained", base["baseline"]),
      context: parseBusinessContext(base["context"]),
    }),
  explain: (tools, _role, { base, shared }) =>
    tools.reasoners.explain({
      ...shared,
      proposal: parseJobPart(ID, base["proposal"]),
      violations: parseJobPart(z.array(VIOLATION).max(100), base["violations"]),
    }),
  decide: (tools, _role, { base, shared }) =>
    tools.reasoners.decide({
      ...shared,
      request: parseEventData("ApprovalRequested", base["request"]),
      figures: parseJobPart(FIGURES, base["figures"]) as unknown as DecideJob["figures"],
      posterior: parseJobPart(POSTERIOR.nullable(), base["posterior"] ?? null),
      config: parseJobConfig(tools, base["config"]),
      context: parseBusinessContext(base["context"]),
    }),
};

const POSTERIOR = z.object({ sampler_converged: z.boolean(), evidence: EVIDENCE });

const LOCKED_COMPARISON = z.object({
  reference: ID,
  error: FINITE,
  reference_error: FINITE,
  t: FINITE,
  verdict: ID,
});

const FIGURES = z
  .looseObject({
    business_context: z.string().max(1_000_000),
    config: z.string().max(1_000_000),
    methodology_unchanged: z.boolean(),
    convergence: z.number(),
    counters: z.record(z.string(), z.number()),
    convergence_threshold: z.number().default(1),
    locked_test: z
      .looseObject({ comparisons: z.array(LOCKED_COMPARISON).max(10).default([]) })
      .nullable(),
  })
  .transform((figures) => ({
    ...figures,
    baseline: parseTrainedOrNull(figures["baseline"]),
    final: parseTrainedOrNull(figures["final"]),
  }));

function parseTaskJob(
  tools: AnswerTools,
  role: Role,
  { base, shared }: Asked,
): ProposeJob & AdviseJob {
  const task = parseEventData("TaskAssigned", base["task"]);
  const config = parseJobConfig(tools, base["base"]);
  return {
    ...shared,
    role,
    task,
    base: config,
    baseline: base["baseline"] === undefined ? config : parseJobConfig(tools, base["baseline"]),
    bounds: computeSearchBounds(config, tools.spec, task.constraints),
    trained: parseTrainedOrNull(base["trained"]),
    context: parseBusinessContext(base["context"]),
  };
}

/** Constraints that stay inside what may be tuned; others are dropped, ends are cut. */
export function narrowConstraints(
  constraints: readonly z.infer<typeof CONSTRAINT>[],
  config: ModelConfig,
  spec: Specification,
): z.infer<typeof CONSTRAINT>[] {
  const bounds = computeTunableBounds(config, spec);
  return constraints.flatMap((row) => {
    const bound = bounds.get(row.path);
    if (bound === undefined) return [];
    const min = Math.max(bound.min, row.min);
    const max = Math.min(bound.max, row.max);
    return min <= max ? [{ ...row, min, max }] : [];
  });
}

function parseJobConfig(tools: AnswerTools, value: unknown): ModelConfig {
  return tools.placed(callModel(() => parseModelConfig(value)));
}

function parseTrainedOrNull(value: unknown): TrainedModel | null {
  return value === null || value === undefined ? null : parseEventData("ModelTrained", value);
}

type DataType = "ModelTrained" | "TaskAssigned" | "ApprovalRequested";

/** A record checked by its event's schema: encoded and decoded. */
function parseEventData<T extends DataType>(type: T, value: unknown): EventData<T> {
  try {
    return decodeEvent(encodeEvent({ type, data: value } as Event)).data as EventData<T>;
  } catch (cause) {
    throw new MmmError("usage", `job: not the data of ${type} (${describeError(cause)})`, {
      cause,
    });
  }
}

function parseJobPart<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new MmmError(
    "usage",
    `job, ${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not valid"}`,
  );
}

/** True for a role's name. */
export function isRoleName(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name);
}
