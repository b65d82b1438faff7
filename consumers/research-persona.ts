/**
 * The Research Persona: explains every veto with citations, and answers what the router sends it.
 * It always rejects a change to the methodology; it changes nothing itself.
 */
import type { Event, Recorded } from "../schemas/event.ts";
import { BUILTIN_REASONER } from "../schemas/parts.ts";
import { TOPICS } from "../schemas/topics.ts";
import { advise, createAgentFailed, createJob, type AgentTools } from "./agent-task.ts";
import { emit, type Consumer } from "./loop/consumer.ts";

export function createResearchPersona(tools: AgentTools): Consumer {
  return {
    name: "research-persona",
    reads: [TOPICS.researchPersona, TOPICS.vetoes],
    handles: ["TaskAssigned", "ProposalVetoed"],
    handle: async (event, handling) => {
      if (event.type === "TaskAssigned") {
        return [emit(await advise(tools, event, handling), TOPICS.sessions)];
      }
      if (event.type !== "ProposalVetoed") return [];
      const { proposal, violations } = event.data;
      const { note, ...said } = await tools.reasoners.explain({
        ...createJob(event, handling),
        proposal,
        violations,
      });
      const data = { proposal, ...said, reasoner: note };
      return [emit({ type: "RejectionExplained", data }, TOPICS.sessions)];
    },
    failed: (event, failure) =>
      event.type === "ProposalVetoed"
        ? [emit(createBareRejection(event), TOPICS.sessions)]
        : [emit(createAgentFailed("research_persona", event, failure), TOPICS.sessions)],
  };
}

/** A veto stands without its explanation; the session must not wait for one for ever. */
function createBareRejection(event: Extract<Recorded, { type: "ProposalVetoed" }>): Event {
  const { proposal, violations } = event.data;
  const first = violations[0];
  const text = first === undefined ? "Vetoed." : `Vetoed: ${first.code}: ${first.message}`;
  return {
    type: "RejectionExplained",
    data: { proposal, text, citations: [], permitted: "", reasoner: BUILTIN_REASONER },
  };
}
