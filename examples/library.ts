/** The library form on the shipped example; run it with `node examples/library.ts`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type MMMState, Orchestrator } from "../app/orchestrator.ts";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(file(name), "utf8"));

const model = read("baseline_model.json");
const baselineState: MMMState = {
  iteration: 0,
  performance: { mape: 15.2, r2: 0.82, mae: 1250.5 },
  model_config: { ...model, data: { ...model.data, path: file("simulated/weekly.csv") } },
  business_context: read("business_context.json"),
  convergence_score: 0,
};

const orchestrator = new Orchestrator({
  baselineState,
  maxIterations: 5,
  convergenceThreshold: 0.95,
});
const { finalState, stakeholderDecision, history } = await orchestrator.runSession();

process.stdout.write(
  `Final MAPE: ${finalState.performance.mape?.toFixed(2)}%\n` +
    `Decision: ${stakeholderDecision}\n` +
    `Events: ${history.events.length}, chain head ${history.head}\n`,
);
