/**
 * The Research Persona: explains every veto with citations, and answers what the router sends it.
 * It always rejects a change to the methodology; it changes nothing itself.
 */
import { TOPICS } from "../schemas/topics.ts";
import { advise, agentFailed, jobOf, type AgentTools } from "./agent-job.ts";
import { emit, type Consumer } from "./consumer.ts";

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
        ...jobOf(event, handling),
        proposal,
        violations,
      });
      const data = { proposal, ...said, reasoner: note };
      return [emit({ type: "RejectionExplained", data }, TOPICS.sessions)];
    },
    failed: (event, failure) =>
      event.type === "TaskAssigned"
        ? [emit(agentFailed("research_persona", event, failure), TOPICS.sessions)]
        : [],
  };
}
