/**
 * What every agent does with a task before it reasons: checks the warrant, parses what came beside.
 *
 * I1. An agent works from configurations that the coordinator signed for, nothing else.
 */
import { verifyWarrant } from "../guard/clearance.ts";
import type { KeyRing } from "../guard/keys.ts";
import type { Specification } from "../guard/specification.ts";
import { searchBounds } from "../guard/tunables.ts";
import { MmmError } from "../schemas/errors.ts";
import type { Event, EventOf, Recorded } from "../schemas/event.ts";
import { BUILTIN_REASONER, type Role } from "../schemas/parts.ts";
import { attemptOf } from "../session/state.ts";
import { businessContextOf } from "./business-context.ts";
import { configOfText } from "./config-text.ts";
import type { Failure, Handling, RecordedOf } from "./consumer.ts";
import type { AdviseJob, Job, ProposeJob, Reasoners } from "./reasoners.ts";
import type { TaskContext } from "./vouching.ts";

export interface AgentTools {
  readonly reasoners: Reasoners;
  readonly spec: Specification;
  /** To verify warrants with. */
  readonly coordinatorKeys: KeyRing;
}

export type TaskEvent = RecordedOf<"TaskAssigned">;

/** What all jobs made from this event carry. */
export function jobOf(event: Recorded, handling: Handling): Job {
  return {
    session: event.envelope.session,
    businessUnit: event.envelope.business_unit,
    step: event.envelope.id,
    signal: handling.signal,
  };
}

/** The task as a question, for proposing as for advising. */
export function taskJob(
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
  const base = configOfText(warrant.base);
  const context = JSON.parse(event.attachments.context ?? "{}") as TaskContext;
  if (task.role === "UNKNOWN") throw new MmmError("event_invalid", "the task names no known role");
  return {
    ...jobOf(event, handling),
    role: task.role,
    task,
    baseline: configOfText(warrant.baseline),
    base,
    bounds: searchBounds(base, tools.spec, task.constraints),
    trained: context.trained,
    context: businessContextOf(context.business_context),
  };
}

/** An agent's answer in words or constraints. */
export async function advise(
  tools: AgentTools,
  event: TaskEvent,
  handling: Handling,
): Promise<EventOf<"AgentAnswered">> {
  const job = taskJob(tools, event, handling);
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
export function agentFailed(role: Role, event: Recorded, failure: Failure): Event {
  const data = event.data as { work_item?: string; attempt?: number; proposal?: string };
  return {
    type: "AgentFailed",
    data: {
      work_item: data.work_item ?? "",
      attempt: data.attempt ?? attemptOf(data.proposal ?? ""),
      role,
      code: failure.code,
      message: failure.message,
      reasoner: failure.note ?? BUILTIN_REASONER,
    },
  };
}
