/**
 * The Research Persona: explains every veto with citations, and answers what the router sends it.
 * It always rejects a change to the methodology; it changes nothing itself.
 */
import type { Event } from "../schemas/event.ts";
import { BUILTIN_REASONER } from "../schemas/parts.ts";
import { TOPICS } from "../schemas/topics.ts";
import { advise, createAgentFailed, createJob, type AgentTools } from "./agent-task.ts";
import { emit, type Consumer, type Handling, type RecordedOf } from "./loop/consumer.ts";

export function createResearchPersona(tools: AgentTools): Consumer {
  return {
    name: "research-persona",
    reads: [TOPICS.researchPersona, TOPICS.vetoes],
    on: {
      TaskAssigned: async (event, handling) => [
        emit(await advise(tools, event, handling), TOPICS.sessions),
      ],
      ProposalVetoed: async (event, handling) => [
        emit(await explain(tools, event, handling), TOPICS.sessions),
      ],
    },
    failed: (event, failure) =>
      event.type === "ProposalVetoed"
        ? [emit(createBareRejection(event), TOPICS.sessions)]
        : [emit(createAgentFailed("research_persona", event, failure), TOPICS.sessions)],
  };
}

async function explain(
  tools: AgentTools,
  event: RecordedOf<"ProposalVetoed">,
  handling: Handling,
): Promise<Event> {
  const { proposal, violations } = event.data;
  const job = { ...createJob(event, handling), proposal, violations };
  const { note, ...said } = await tools.reasoners.explain(job);
  return { type: "RejectionExplained", data: { proposal, ...said, reasoner: note } };
}

/** A veto stands without its explanation; the session must not wait for one for ever. */
function createBareRejection(event: RecordedOf<"ProposalVetoed">): Event {
  const { proposal, violations } = event.data;
  const first = violations[0];
  const text = first === undefined ? "Vetoed." : `Vetoed: ${first.code}: ${first.message}`;
  return {
    type: "RejectionExplained",
    data: { proposal, text, citations: [], permitted: "", reasoner: BUILTIN_REASONER },
  };
}
