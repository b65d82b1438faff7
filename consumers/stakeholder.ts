/**
 * The Stakeholder: decides on deployment, with criteria, conditions and a monitoring plan.
 */
import type { Event } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { advise, agentFailed, jobOf, type AgentTools } from "./agent-job.ts";
import { businessContextOf } from "./business-context.ts";
import { configOfText } from "./config-text.ts";
import { emit, type Consumer, type Handling, type RecordedOf } from "./consumer.ts";
import type { ApprovalContext } from "./vouching.ts";

export function createStakeholder(tools: AgentTools): Consumer {
  return {
    name: "stakeholder",
    reads: [TOPICS.stakeholder],
    on: {
      TaskAssigned: async (event, handling) => [
        emit(await advise(tools, event, handling), TOPICS.sessions),
      ],
      ApprovalRequested: async (event, handling) => [
        emit(await decide(tools, event, handling), TOPICS.sessions),
      ],
    },
    failed: (event, failure) => [emit(agentFailed("stakeholder", event, failure), TOPICS.sessions)],
  };
}

async function decide(
  tools: AgentTools,
  event: RecordedOf<"ApprovalRequested">,
  handling: Handling,
): Promise<Event> {
  const figures = JSON.parse(event.attachments.context ?? "{}") as ApprovalContext;
  const { note, ...decision } = await tools.reasoners.decide({
    ...jobOf(event, handling),
    request: event.data,
    figures,
    config: configOfText(figures.config),
    context: businessContextOf(figures.business_context),
  });
  return { type: "DeploymentDecided", data: { ...decision, reasoner: note } };
}
