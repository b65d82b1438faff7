/**
 * Part `search`: best loss at equal evaluations, against Nevergrad and Optuna.
 *
 * All minimise the bare validation loss from the same start in the same cube. The peers reach it
 * through `model-bridge.ts`; ours counts a gradient as two evaluations on top of its own.
 */

import { spawnSync } from "node:child_process";
import { searchConfiguration } from "../model/search.ts";
import type { BenchSet } from "./model-sets.ts";
import { benchSets } from "./model-sets.ts";

export interface SearchBench {
  readonly python: string;
  readonly seeds: number;
  readonly budgets: readonly number[];
  readonly tpeMax: number;
  readonly sets: readonly string[] | undefined;
}

type Bests = Record<string, Record<string, number[]>>;

const DEFAULT_SETS = [
  "robyn",
  "pymc-example",
  "pymc-roas",
  "igorlima-101",
  "igorlima-102",
  "meridian",
  "retail",
  "simulated-1",
];

export function searchPart(bench: SearchBench): unknown {
  const wanted = bench.sets ?? DEFAULT_SETS;
  console.log(`\n### Search: median best loss over ${bench.seeds} seeds at equal evaluations\n`);
  return benchSets(3)
    .filter((set) => wanted.includes(set.name))
    .map((set) => {
      const bests: Bests = { ours: ownBests(set, bench), ...peerBests(set, bench) };
      const methods = Object.keys(bests);
      console.log(
        `\n| ${set.name} | ${methods.join(" | ")} |\n|---|${methods.map(() => "---").join("|")}|`,
      );
      for (const budget of bench.budgets) {
        const cells = methods.map((method) => {
          const values = bests[method]?.[String(budget)];
          return values === undefined ? "–" : median(values).toFixed(6);
        });
        console.log(`| ${budget} | ${cells.join(" | ")} |`);
      }
      return { set: set.name, bests };
    });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] ?? 0)
    : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

function ownBests(set: BenchSet, { budgets, seeds }: SearchBench): Record<string, number[]> {
  return Object.fromEntries(
    budgets.map((evaluations) => [
      String(evaluations),
      Array.from({ length: seeds }, (_, seed) => {
        const { trace } = searchConfiguration(set.dataset, set.config, {
          seed,
          evaluations,
          prior_weight: 0,
          in_sample_weight: 0,
        });
        return trace.at(-1)?.loss ?? Number.NaN;
      }),
    ]),
  );
}

function peerBests(set: BenchSet, bench: SearchBench): Bests {
  const run = spawnSync(
    bench.python,
    [
      "bench/peers/optimizers.py",
      `--set=${set.name}`,
      `--budgets=${bench.budgets.join(",")}`,
      `--seeds=${bench.seeds}`,
      `--tpe-max=${bench.tpeMax}`,
      `--node=${process.execPath}`,
    ],
    { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] },
  );
  if (run.status !== 0) {
    console.error(`peers were not run on ${set.name}`);
    return {};
  }
  return JSON.parse(run.stdout) as Bests;
}
