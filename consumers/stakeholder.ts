/**
 * The Stakeholder: decides on deployment, with criteria, conditions and a monitoring plan.
 */
import type { Event, Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { readApprovalContext } from "../session/work-context.ts";
import { advise, createAgentFailed, createJob, type AgentTools } from "./agent-task.ts";
import { parseBusinessContextText } from "../agents/business-context.ts";
import { parseConfigText } from "../agents/config-cache.ts";
import type { JudgedPosterior } from "../agents/reasoners.ts";
import { readPosterior } from "./published-posterior.ts";
import { emit, type Consumer, type Handling } from "./loop/consumer.ts";

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
        return [emit(await decideApproval(tools, event, handling), TOPICS.sessions)];
      }
      return [];
    },
    failed: (event, failure) => [
      emit(createAgentFailed("stakeholder", event, failure), TOPICS.sessions),
    ],
  };
}

/** What the model of record gives a decision; null where it gives none. */
function judgedPosterior(text: string | null): JudgedPosterior | null {
  const posterior = readPosterior(text);
  const evidence = posterior?.evidence ?? null;
  if (posterior === null || evidence === null) return null;
  return { sampler_converged: posterior.diagnostics?.converged ?? false, evidence };
}

type ApprovalEvent = Extract<Recorded, { type: "ApprovalRequested" }>;

async function decideApproval(
  tools: AgentTools,
  event: ApprovalEvent,
  handling: Handling,
): Promise<Event> {
  const figures = readApprovalContext(event.attachments.context);
  const { note, ...decision } = await tools.reasoners.decide({
    ...createJob(event, handling),
    request: event.data,
    figures,
    posterior: judgedPosterior(figures.baseline.posterior),
    config: parseConfigText(figures.config),
    context: parseBusinessContextText(figures.business_context),
  });
  return { type: "DeploymentDecided", data: { ...decision, reasoner: note } };
}
