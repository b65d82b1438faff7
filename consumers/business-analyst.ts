/**
 * The Business Analyst: holds a trained model against benchmarks and common sense; may narrow
 * ranges, never sets a parameter.
 */
import type { Event, Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import { readReviewContext } from "../session/work-context.ts";
import { advise, agentFailed, jobOf, type AgentTools } from "./agent-job.ts";
import { businessContextOf } from "./business-context.ts";
import { configOfText } from "./config-text.ts";
import { emit, type Consumer, type Handling } from "./consumer.ts";

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
        return [emit(await review(tools, event, handling), TOPICS.sessions)];
      }
      return [];
    },
    failed: (event, failure) => [
      emit(agentFailed("business_analyst", event, failure), TOPICS.sessions),
    ],
  };
}

type ReviewEvent = Extract<Recorded, { type: "ReviewRequested" }>;

async function review(tools: AgentTools, event: ReviewEvent, handling: Handling): Promise<Event> {
  const figures = readReviewContext(event.attachments.context);
  const { candidate, baseline } = figures;
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
