/**
 * The Business Analyst: holds a trained model against benchmarks and common sense; may narrow
 * ranges, never sets a parameter.
 */
import { MmmError } from "../schemas/errors.ts";
import type { Event } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { advise, agentFailed, jobOf, type AgentTools } from "./agent-job.ts";
import { businessContextOf } from "./business-context.ts";
import { configOfText } from "./config-text.ts";
import { emit, type Consumer, type Handling, type RecordedOf } from "./consumer.ts";
import type { ReviewContext } from "./vouching.ts";

export function createBusinessAnalyst(tools: AgentTools): Consumer {
  return {
    name: "business-analyst",
    reads: [TOPICS.businessAnalyst],
    on: {
      TaskAssigned: async (event, handling) => [
        emit(await advise(tools, event, handling), TOPICS.sessions),
      ],
      ReviewRequested: async (event, handling) => [
        emit(await review(tools, event, handling), TOPICS.sessions),
      ],
    },
    failed: (event, failure) => [
      emit(agentFailed("business_analyst", event, failure), TOPICS.sessions),
    ],
  };
}

async function review(
  tools: AgentTools,
  event: RecordedOf<"ReviewRequested">,
  handling: Handling,
): Promise<Event> {
  const figures = JSON.parse(event.attachments.context ?? "{}") as ReviewContext;
  const { candidate, baseline } = figures;
  if (!candidate || !baseline) {
    throw new MmmError("event_invalid", "the review names no trained model");
  }
  const answer = await tools.reasoners.review({
    ...jobOf(event, handling),
    config: configOfText(figures.config),
    candidate,
    baseline,
    context: businessContextOf(figures.business_context),
  });
  const { verdict, findings, constraints, summary, note } = answer;
  const { proposal } = event.data;
  return {
    type: "BusinessReviewed",
    data: { proposal, verdict, findings, constraints, summary, reasoner: note },
  };
}
