/**
 * The figures that travel with work that judges them, beside the message and never in the history.
 *
 * I1. A context is read once, where it arrives, and whole: what does not fit is refused
 *     (`event_invalid`) before any agent or trainer sees it. Fields of another version are passed over.
 */
import { z } from "zod";
import { describeError, MmmError } from "../schemas/errors.ts";
import type { EventData, EventType } from "../schemas/event.ts";
import { readEventData } from "../schemas/read-data.ts";

type Issues = z.core.$RefinementCtx;

/** Data of an event, with the place of what does not fit. */
function readIn<T extends EventType>(type: T, value: unknown, issues: Issues): EventData<T> {
  try {
    return readEventData(type, value);
  } catch (error) {
    issues.addIssue({ code: "custom", message: describeError(error) });
    return z.NEVER;
  }
}

const TRAINED = z.unknown().transform((value, issues) => readIn("ModelTrained", value, issues));
const COUNT = z.int().nonnegative();

const TASK = z.object({
  business_context: z.string(),
  /** The model in force. */
  trained: TRAINED,
});

const REVIEW = z.object({
  business_context: z.string(),
  /** The candidate's configuration. */
  config: z.string().min(1),
  candidate: TRAINED,
  baseline: TRAINED,
});

/** The locked test's figures without its weeks and rule, which an approval does not show. */
const LOCKED_TEST_FIGURES = z.looseObject({}).transform((figures, issues) => {
  const whole = { ...figures, weeks: 0, rule: "" };
  const { weeks: _weeks, rule: _rule, ...read } = readIn("LockedTestEvaluated", whole, issues);
  return read;
});

const APPROVAL = z.object({
  business_context: z.string(),
  /** The configuration in force. */
  config: z.string().min(1),
  baseline: TRAINED,
  final: TRAINED,
  locked_test: LOCKED_TEST_FIGURES.nullable(),
  methodology_unchanged: z.boolean(),
  convergence: z.number(),
  /** The score at which tuning counts as settled; where none is sent, none is high enough. */
  convergence_threshold: z.number().default(1),
  counters: z.object({
    proposals: COUNT,
    vetoes: COUNT,
    rejections: COUNT,
    escalations: COUNT,
    evaluations: COUNT,
    refused_outcomes: COUNT,
    input_tokens: COUNT,
    output_tokens: COUNT,
    cost_usd: z.number().nonnegative(),
  }),
});

const LOCKED_TEST = z.object({
  proposal: z.string().min(1),
  baseline_proposal: z.string().min(1),
  baseline_config: z.string().min(1),
  baseline_clearance: z.string().min(1),
});

/** The session's baseline with its clearance; empty texts before it was cleared. */
const TRAINING = z.object({
  baseline_proposal: z.string(),
  baseline_config: z.string(),
  baseline_clearance: z.string(),
});

/** With a task for an agent. */
export type TaskContext = z.infer<typeof TASK>;
/** With a trained candidate for review. */
export type ReviewContext = z.infer<typeof REVIEW>;
/** With the request for approval. */
export type ApprovalContext = z.infer<typeof APPROVAL>;
/** With a request to train. */
export type TrainingContext = z.infer<typeof TRAINING>;
/** With the request for the locked test. */
export type LockedTestContext = z.infer<typeof LOCKED_TEST>;

/** Throws `event_invalid` for what is no task's context. */
export function readTaskContext(text: string | undefined): TaskContext {
  return read(TASK, "task", text);
}

/** Throws `event_invalid` for what is no review's context. */
export function readReviewContext(text: string | undefined): ReviewContext {
  return read(REVIEW, "review", text);
}

/** Throws `event_invalid` for what is no approval's context. */
export function readApprovalContext(text: string | undefined): ApprovalContext {
  return read(APPROVAL, "approval", text);
}

/** Throws `event_invalid` for what is no training's context. */
export function readTrainingContext(text: string | undefined): TrainingContext {
  return read(TRAINING, "training", text);
}

/** Throws `event_invalid` for what is no locked test's context. */
export function readLockedTestContext(text: string | undefined): LockedTestContext {
  return read(LOCKED_TEST, "locked test", text);
}

function read<T>(schema: z.ZodType<T>, of: string, text: string | undefined): T {
  if (text === undefined) throw new MmmError("event_invalid", `the ${of} came without its context`);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MmmError("event_invalid", `the context of the ${of} is not one: ${fault(cause)}`, {
      cause,
    });
  }
}

function fault(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return describeError(cause);
  const [first] = cause.issues;
  return `${first?.path.join(".") ?? ""}: ${first?.message ?? ""}`;
}
