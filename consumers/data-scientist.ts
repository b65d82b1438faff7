/**
 * The Data Scientist: tunes within the ranges, by search and reasons, and says why.
 *
 * I1. Its answer is raw text to everyone after it; the guard parses it like anyone's.
 * I2. The inbox hears of the proposal before the guard does.
 */
import { formatProposalId } from "../session/state.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Emission } from "../producers/publish.ts";
import { createAgentFailed, createTaskJob, type AgentTools, type TaskEvent } from "./agent-task.ts";
import { emit, type Consumer, type Handling } from "./loop/consumer.ts";

export function createDataScientist(tools: AgentTools): Consumer {
  return {
    name: "data-scientist",
    reads: [TOPICS.dataScientist],
    on: {
      TaskAssigned: async (event, handling) => [await proposeForTask(tools, event, handling)],
    },
    failed: (event, failure) => [
      emit(createAgentFailed("data_scientist", event, failure), TOPICS.sessions),
    ],
  };
}

async function proposeForTask(
  tools: AgentTools,
  event: TaskEvent,
  handling: Handling,
): Promise<Emission> {
  const job = createTaskJob(tools, event, handling);
  const answer = await tools.reasoners.propose(job);
  const { work_item, attempt } = event.data;
  const made = emit(
    {
      type: "ProposalMade",
      data: {
        work_item,
        attempt,
        proposal: formatProposalId(work_item, attempt),
        author: "data_scientist",
        raw: JSON.stringify({ changes: answer.changes, reasoning: answer.reasoning }),
        search_score: answer.searchScore,
        evaluations: answer.evaluations,
        reasoner: answer.note,
      },
    },
    TOPICS.sessions,
    TOPICS.dsOutputs,
  );
  const { warrant } = event.attachments;
  return warrant === undefined ? made : { ...made, attachments: { warrant } };
}
