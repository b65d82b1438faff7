/**
 * The Business Analyst: holds a trained model against benchmarks and common sense; may narrow
 * ranges, never sets a parameter.
 */
import type { Event, Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { readReviewContext } from "../session/work-context.ts";
import { advise, createAgentFailed, createJob, type AgentTools } from "./agent-task.ts";
import { parseBusinessContextText } from "../agents/business-context.ts";
import { parseConfigText } from "../agents/config-cache.ts";
import { readPosterior } from "./published-posterior.ts";
import { emit, type Consumer, type Handling } from "./loop/consumer.ts";

export function createBusinessAnalyst(tools: AgentTools): Consumer {
  return {
    name: "business-analyst",
    reads: [TOPICS.businessAnalyst],
    handles: ["TaskAssigned", "ReviewRequested"],
    handle: async (event, handling) => {
      if (event.type === "TaskAssigned") {
        return [emit(await advise(tools, event, handling), TOPICS.sessions)];
      }
      if (event.type === "ReviewRequested") {
        return [emit(await reviewTrainedModel(tools, event, handling), TOPICS.sessions)];
      }
      return [];
    },
    failed: (event, failure) => [
      emit(createAgentFailed("business_analyst", event, failure), TOPICS.sessions),
    ],
  };
}

type ReviewEvent = Extract<Recorded, { type: "ReviewRequested" }>;

async function reviewTrainedModel(
  tools: AgentTools,
  event: ReviewEvent,
  handling: Handling,
): Promise<Event> {
  const figures = readReviewContext(event.attachments.context);
  const { candidate, baseline } = figures;
  const answer = await tools.reasoners.review({
    ...createJob(event, handling),
    config: parseConfigText(figures.config),
    evidence: readPosterior(baseline.posterior)?.evidence ?? null,
    candidate,
    baseline,
    context: parseBusinessContextText(figures.business_context),
  });
  const { verdict, findings, constraints, summary, note } = answer;
  const { proposal } = event.data;
  return {
    type: "BusinessReviewed",
    data: { proposal, verdict, findings, constraints, summary, reasoner: note },
  };
}
