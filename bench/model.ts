/**
 * The model bench: accuracy, ROI, speed, search, scaling, recovery, coverage.
 *
 *   npm run bench:model -- [--parts accuracy,roi,speed,search,scaling,recovery,coverage]
 *     [--out FILE.json] [--python PATH] [--seeds 10] [--budgets 500,2000,10000] [--tpe-max 2000]
 *     [--peers FILE.jsonl] [--optimizers all|ours] [--sets robyn,…] [--simulations 200]
 *
 * Prints Markdown tables; `--out` writes all figures as JSON. Parts that need Python (speed against
 * numpy, peer optimizers) say so and go without when `--python` has no numpy / nevergrad / optuna.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { accuracyPart, recoveryPart, roiPart } from "./model/accuracy.ts";
import { coveragePart } from "./model/coverage.ts";
import { searchPart } from "./model/search.ts";
import { scalingPart, speedPart } from "./model/speed.ts";

const { values } = parseArgs({
  options: {
    parts: { type: "string", default: "accuracy,roi,recovery,speed,scaling,search,coverage" },
    out: { type: "string" },
    python: { type: "string", default: "python3" },
    seeds: { type: "string", default: "10" },
    budgets: { type: "string", default: "500,2000,10000" },
    "tpe-max": { type: "string", default: "2000" },
    peers: { type: "string" },
    optimizers: { type: "string", default: "all" },
    sets: { type: "string" },
    simulations: { type: "string", default: "200" },
  },
});

const sets = values.sets?.split(",");
const parts: Record<string, () => unknown> = {
  accuracy: () => accuracyPart(sets),
  roi: () => roiPart(sets),
  recovery: () => recoveryPart(),
  speed: () => speedPart(values.python),
  scaling: () => scalingPart(),
  search: () =>
    searchPart({
      python: values.python,
      seeds: Number(values.seeds),
      budgets: values.budgets.split(",").map(Number),
      tpeMax: Number(values["tpe-max"]),
      peers: values.peers,
      withPeers: values.optimizers === "all",
      sets,
    }),
  coverage: () => coveragePart(Number(values.simulations)),
};

const figures: Record<string, unknown> = { node: process.version };
for (const name of values.parts.split(",")) {
  const run = parts[name];
  if (run === undefined) throw new Error(`there is no part "${name}"`);
  const started = performance.now();
  figures[name] = await run();
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(figures, null, 1)}\n`);
}
