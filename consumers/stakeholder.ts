/**
 * The Stakeholder: decides on deployment, with criteria, conditions and a monitoring plan.
 */
import type { Event } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { readApprovalContext } from "../session/work-context.ts";
import { advise, createAgentFailed, createJob, type AgentTools } from "./agent-task.ts";
import { parseBusinessContextText } from "../agents/business-context.ts";
import { parseConfigText } from "../agents/config-cache.ts";
import type { JudgedPosterior } from "../agents/reasoners.ts";
import { readPosterior } from "./published-posterior.ts";
import { emit, type Consumer, type Handling, type RecordedOf } from "./loop/consumer.ts";

export function createStakeholder(tools: AgentTools): Consumer {
  return {
    name: "stakeholder",
    reads: [TOPICS.stakeholder],
    on: {
      TaskAssigned: async (event, handling) => [
        emit(await advise(tools, event, handling), TOPICS.sessions),
      ],
      ApprovalRequested: async (event, handling) => [
        emit(await decideApproval(tools, event, handling), TOPICS.sessions),
      ],
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

async function decideApproval(
  tools: AgentTools,
  event: RecordedOf<"ApprovalRequested">,
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
