/**
 * What every agent does with a task before it reasons: checks the warrant, parses what came beside.
 *
 * I1. An agent works from configurations that the coordinator signed for, nothing else.
 */
import { verifyWarrant } from "../guard/tokens/clearance.ts";
import type { KeyRing } from "../guard/tokens/keys.ts";
import type { Specification } from "../guard/specification/specification.ts";
import { computeSearchBounds } from "../guard/specification/tunables.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Event, EventOf, Recorded } from "../schemas/event.ts";
import { BUILTIN_REASONER, type Role } from "../schemas/parts.ts";
import { parseAttempt } from "../session/state.ts";
import { readTaskContext } from "../session/work-context.ts";
import { parseBusinessContextText } from "../agents/business-context.ts";
import { parseConfigText } from "../agents/config-cache.ts";
import type { Failure, Handling, RecordedOf } from "./loop/consumer.ts";
import { narrowToPlausible } from "../agents/plausible-bounds.ts";
import type { AdviseJob, Job, ProposeJob, Reasoners } from "../agents/reasoners.ts";

export interface AgentTools {
  readonly reasoners: Reasoners;
  readonly spec: Specification;
  /** To verify warrants with. */
  readonly coordinatorKeys: KeyRing;
}

export type TaskEvent = RecordedOf<"TaskAssigned">;

/** What all jobs made from this event carry. */
export function createJob(event: Recorded, handling: Handling): Job {
  return {
    session: event.envelope.session,
    businessUnit: event.envelope.business_unit,
    step: event.envelope.id,
    signal: handling.signal,
  };
}

/** The task as a question, for proposing as for advising. */
export function createTaskJob(
  tools: AgentTools,
  event: TaskEvent,
  handling: Handling,
): ProposeJob & AdviseJob {
  const task = event.data;
  const { work_item, attempt } = task;
  const session = event.envelope.session;
  const warrant = verifyWarrant(event.attachments.warrant, tools.coordinatorKeys, {
    session,
    work_item,
    attempt,
  });
  const base = parseConfigText(warrant.base);
  const context = readTaskContext(event.attachments.context);
  if (task.role === "UNKNOWN") throw new MmmError("event_invalid", "the task names no known role");
  return {
    ...createJob(event, handling),
    role: task.role,
    task,
    baseline: parseConfigText(warrant.baseline),
    dataDigest: warrant.data_digest ?? null,
    base,
    bounds: narrowToPlausible(
      computeSearchBounds(base, tools.spec, task.constraints),
      base,
      context.trained,
    ),
    trained: context.trained,
    context: parseBusinessContextText(context.business_context),
  };
}

/** An agent's answer in words or constraints. */
export async function advise(
  tools: AgentTools,
  event: TaskEvent,
  handling: Handling,
): Promise<EventOf<"AgentAnswered">> {
  const job = createTaskJob(tools, event, handling);
  const answer = await tools.reasoners.advise(job);
  return {
    type: "AgentAnswered",
    data: {
      work_item: event.data.work_item,
      attempt: event.data.attempt,
      role: job.role,
      kind: answer.kind,
      text: answer.text,
      constraints: answer.constraints,
      citations: answer.citations,
      reasoner: answer.note,
    },
  };
}

/** What is said when an agent could not answer a task, a review or an approval. */
export function createAgentFailed(role: Role, event: Recorded, failure: Failure): Event {
  const { work_item, attempt } = readFailedWork(event);
  return {
    type: "AgentFailed",
    data: {
      work_item,
      attempt,
      role,
      code: failure.code,
      message: failure.message,
      reasoner: failure.note ?? BUILTIN_REASONER,
    },
  };
}

/** An approval is about the whole session: what failed there names no work item and no attempt. */
const APPROVAL_WORK = { work_item: "", attempt: 0 };

function readFailedWork(event: Recorded): { readonly work_item: string; readonly attempt: number } {
  if (event.type === "TaskAssigned") return event.data;
  if (event.type === "ApprovalRequested") return APPROVAL_WORK;
  if (event.type !== "ReviewRequested") {
    throw new MmmError("internal", `no agent is asked by ${event.type}`);
  }
  const { work_item, proposal } = event.data;
  return { work_item, attempt: parseAttempt(proposal) };
}
