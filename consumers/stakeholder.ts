/**
 * The Stakeholder: decides on deployment, with criteria, conditions and a monitoring plan.
 */
import type { Event, Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { readApprovalContext } from "../session/work-context.ts";
import { advise, agentFailed, jobOf, type AgentTools } from "./agent-job.ts";
import { businessContextOf } from "./business-context.ts";
import { configOfText } from "./config-text.ts";
import { emit, type Consumer, type Handling } from "./consumer.ts";

export function createStakeholder(tools: AgentTools): Consumer {
  return {
    name: "stakeholder",
    reads: [TOPICS.stakeholder],
    handles: ["TaskAssigned", "ApprovalRequested"],
    handle: async (event, handling) => {
      if (event.type === "TaskAssigned") {
        return [emit(await advise(tools, event, handling), TOPICS.sessions)];
      }
      if (event.type === "ApprovalRequested") {
        return [emit(await decide(tools, event, handling), TOPICS.sessions)];
      }
      return [];
    },
    failed: (event, failure) => [emit(agentFailed("stakeholder", event, failure), TOPICS.sessions)],
  };
}

type ApprovalEvent = Extract<Recorded, { type: "ApprovalRequested" }>;

async function decide(tools: AgentTools, event: ApprovalEvent, handling: Handling): Promise<Event> {
  const figures = readApprovalContext(event.attachments.context);
  const { note, ...decision } = await tools.reasoners.decide({
    ...jobOf(event, handling),
    request: event.data,
    figures,
    config: configOfText(figures.config),
    context: businessContextOf(figures.business_context),
  });
  return { type: "DeploymentDecided", data: { ...decision, reasoner: note } };
}
