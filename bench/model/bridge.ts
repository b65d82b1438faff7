/**
 * Lets a process in another language evaluate the engine's validation loss.
 *
 *   node bench/model/bridge.ts robyn
 *
 * First line out: {"dimension": D, "start": [...]} in the unit cube of the default ranges (penalty
 * on a log scale). Then, for each line in that holds D numbers as a JSON list, the loss as one line.
 */

import { createInterface } from "node:readline";
import { fromUnit, resolveBox, toUnit } from "../../model/search/bounds.ts";
import { createObjective } from "../../model/fit/objective.ts";
import { toParameterVector } from "../../model/fit/problem.ts";
import { benchSets } from "./sets.ts";

const wanted = process.argv[2] ?? "robyn";
const set = benchSets(3).find((one) => one.name === wanted);
if (set === undefined) throw new Error(`there is no set "${wanted}"`);
const box = resolveBox(set.config);
const objective = createObjective(set.dataset, set.config);
const start = [...toUnit(box, toParameterVector(set.config))];
process.stdout.write(`${JSON.stringify({ dimension: start.length, start })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const point = JSON.parse(line) as number[];
  process.stdout.write(`${objective.evaluate(fromUnit(box, point)).loss}\n`);
}
