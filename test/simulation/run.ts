/**
 * `npm run simulate-faults -- --seeds N [--seed S] [--twice]`: runs seeds S, S+1, … and stops at the
 * first that breaks an invariant, with the line that reproduces it.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    twice: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
  },
});

const started = performance.now();
const first = Number(values.seed);
const report = await simulate({
  first,
  count: Number(values.seeds),
  twice: values.twice,
  keepGoing: values.all,
  progress: (line) => process.stderr.write(`${line}\n`),
});
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${report.seeds} seeds from ${first}, ${report.steps} steps, ${report.events} history records, ` +
    `${report.neutral} neutral and ${report.altering} altering runs, ${report.failures.length} failed, ` +
    `${seconds.toFixed(1)} s\n`,
);
process.exitCode = report.failures.length === 0 ? 0 : 1;
