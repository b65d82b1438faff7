/**
 * The governed loop's peer on LangGraph with its SQLite checkpointer: a graph with the same four
 * steps an iteration, each step checkpointed before the next.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { answer, ITERATIONS, measure, plan, print } from "./loop-peer.mjs";

const State = Annotation.Root({
  iteration: Annotation        (),
  said: Annotation                                (),
});

const folder = mkdtempSync(join(tmpdir(), "langgraph-"));
const graph = new StateGraph(State)
  .addNode("propose", async ({ iteration }) => ({
    iteration: iteration + 1,
    said: answer("propose", iteration),
  }))
  .addNode("judge", async ({ iteration }) => ({ said: answer("judge", iteration) }))
  .addNode("train", async ({ iteration }) => ({ said: answer("train", iteration) }))
  .addNode("review", async ({ iteration }) => ({ said: answer("review", iteration) }))
  .addEdge(START, "propose")
  .addEdge("propose", "judge")
  .addEdge("judge", "train")
  .addEdge("train", "review")
  .addConditionalEdges("review", ({ iteration }) => (iteration < ITERATIONS ? "propose" : END))
  .compile({ checkpointer: SqliteSaver.fromConnString(join(folder, "checkpoints.sqlite")) });

let count = 0;
const one = async () => {
  count += 1;
  const configurable = { thread_id: `s${count}` };
  await graph.invoke(
    { iteration: 0, said: answer("start", 0) },
    { configurable, recursionLimit: 200, durability: "sync" },
);
};

const { widths, sessions, rounds } = plan();
await measure(5, 5, one);
for (const width of widths) {
  for (let round = 0; round < rounds; round += 1) print("langgraph", await measure(sessions, width, one));
}
rmSync(folder, { recursive: true, force: true });
