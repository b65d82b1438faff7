/**
 * The router: chooses who takes a stated task and republishes it to that agent.
 *
 * I1. ProposalRouted is in the inbox before the task is on the agent's topic.
 * I2. A role without authority for the kind of task is never chosen; nobody sure enough = a person.
 */
import type { EventOf } from "../schemas/event.ts";
import type { Role } from "../schemas/parts.ts";
import { ROLE_TOPICS, TOPICS } from "../schemas/topics.ts";
import type { Emission } from "../producers/publish.ts";
import { emit, type Consumer, type RecordedOf } from "./loop/consumer.ts";

type Stated = RecordedOf<"TaskStated">;

/** All of ProposalRouted but which task it is about. */
export type Route = Omit<EventOf<"ProposalRouted">["data"], "work_item" | "attempt">;

export interface RouterTools {
  /** Who takes this task; never rejects for want of a model. */
  route(task: Stated["data"], signal: AbortSignal): Promise<Route>;
}

export function createRouter(tools: RouterTools): Consumer {
  return {
    name: "router",
    reads: [TOPICS.proposals],
    on: {
      TaskStated: async (event, { signal }) => {
        const route = await tools.route(event.data, signal);
        const { work_item, attempt } = event.data;
        const routed = emit(
          { type: "ProposalRouted", data: { work_item, attempt, ...route } },
          TOPICS.sessions,
        );
        const role = route.role;
        return role === null || role === "UNKNOWN"
          ? [routed]
          : [routed, createAssignment(event, role)];
      },
    },
  };
}

function createAssignment(event: Stated, role: Role): Emission {
  const { warrant, context } = event.attachments;
  return {
    ...emit({ type: "TaskAssigned", data: { ...event.data, role } }, ROLE_TOPICS[role]),
    attachments: {
      ...(warrant === undefined ? {} : { warrant }),
      ...(context === undefined ? {} : { context }),
    },
  };
}
