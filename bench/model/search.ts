/**
 * Part `search`: best loss at equal evaluations, against Nevergrad and Optuna.
 *
 * All minimise the bare validation loss from the same start in the same cube. The peers reach it
 * through `model-bridge.ts`; ours counts a gradient as two evaluations on top of its own and is
 * started anew for each budget, which it looks at.
 *
 * The peers take over an hour and do not depend on our search: their runs are kept in the file of
 * `--peers`, one line a run, and only those missing are made; with `--optimizers ours` none is.
 * Optuna's two run without its study, with the same losses (bench/peers/optuna_direct.py).
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchConfiguration } from "../../model/search/search.ts";
import type { BenchSet } from "./sets.ts";
import { benchSets } from "./sets.ts";

export interface SearchBench {
  readonly python: string;
  readonly seeds: number;
  readonly budgets: readonly number[];
  /** Largest budget of Optuna's TPE, the slowest of the peers. */
  readonly tpeMax: number;
  readonly sets: readonly string[] | undefined;
  /** Results of the peers, kept between calls; a new file when absent. */
  readonly peers: string | undefined;
  readonly withPeers: boolean;
}

/** Medians of one row of the table; `peer` is the least of the peers'. */
interface Row {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
}

/** [method][budget] → best loss of each seed. */
type Bests = Record<string, Record<string, number[]>>;

interface PeerRun {
  readonly set: string;
  readonly method: string;
  readonly seed: number;
  readonly bests: Readonly<Record<string, number>>;
}

const OURS = "ours";
const TPE = "optuna TPE";
const PEERS = ["nevergrad TwoPointsDE", TPE, "optuna CMA-ES"] as const;

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
  const file = bench.peers ?? join(mkdtempSync(join(tmpdir(), "mmm-search-")), "peers.jsonl");
  if (bench.withPeers) runPeers(wanted, file, bench);
  const runs = peerRuns(file);
  console.log(
    `\n### Search: median best loss over ${bench.seeds} seeds at equal evaluations (fewer seeds in brackets)\n`,
  );
  console.log(`| set (parameters) | evaluations | ${[OURS, ...PEERS].join(" | ")} |`);
  console.log(`|---|---|${[OURS, ...PEERS].map(() => "---").join("|")}|`);
  const rows: Row[] = [];
  const figures = benchSets(3)
    .filter((set) => wanted.includes(set.name))
    .map((set) => {
      const bests: Bests = { [OURS]: ownBests(set, bench), ...peerBests(set, runs, bench) };
      for (const budget of bench.budgets) {
        const name = `${set.name} (${3 * set.config.channels.length + 1})`;
        console.log(`| ${name} | ${budget} | ${cellsOf(bests, budget, bench.seeds).join(" | ")} |`);
        rows.push(rowOf(set.name, bests, budget));
      }
      return { set: set.name, bests };
    });
  console.log(`\n${verdictOf(rows)}`);
  return figures;
}

function rowOf(set: string, bests: Bests, budget: number): Row {
  const at = (method: string) => median(bests[method]?.[String(budget)] ?? []);
  return { name: `${set} at ${budget}`, ours: at(OURS), peer: Math.min(...PEERS.map(at)) };
}

/** How often ours is lower than, level with and above the best peer, as printed and unrounded. */
function verdictOf(all: readonly Row[]): string {
  const rows = all.filter((row) => Number.isFinite(row.peer));
  const printed = rows.map((row) =>
    Math.sign(Number(row.ours.toFixed(6)) - Number(row.peer.toFixed(6))),
  );
  const count = (sign: number) => printed.filter((one) => one === sign).length;
  const above = rows.filter((row) => row.ours > row.peer);
  const named = above.map((row) => `${row.name} (${row.ours} against ${row.peer})`);
  return [
    `Against the best peer's median, to six digits: lower in ${count(-1)} rows of ${rows.length}, `,
    `level in ${count(0)}, above in ${count(1)}. `,
    `Unrounded, above in ${above.length}${named.length > 0 ? `: ${named.join(", ")}` : ""}.`,
  ].join("");
}

/** Medians with the smallest in bold. */
function cellsOf(bests: Bests, budget: number, seeds: number): string[] {
  const rows = [OURS, ...PEERS].map((method) => bests[method]?.[String(budget)] ?? []);
  const medians = rows.map(median);
  const least = Math.min(...medians).toFixed(6);
  return rows.map((values, at) => {
    if (values.length === 0) return "–";
    const text = (medians[at] ?? 0).toFixed(6);
    const fewer = values.length < seeds ? ` (${values.length})` : "";
    return `${text === least ? `**${text}**` : text}${fewer}`;
  });
}

/** Of no values: infinity, which every method is below. */
function median(values: readonly number[]): number {
  if (values.length === 0) return Infinity;
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

/** Makes the runs that are not in the file yet, TPE last and only up to its own budget. */
function runPeers(sets: readonly string[], file: string, bench: SearchBench): void {
  const jobs = [
    { methods: PEERS.filter((method) => method !== TPE), budgets: bench.budgets },
    { methods: [TPE], budgets: bench.budgets.filter((budget) => budget <= bench.tpeMax) },
  ];
  for (const { methods, budgets } of jobs) {
    if (budgets.length === 0) continue;
    const run = spawnSync(
      bench.python,
      [
        "bench/peers/optimizers.py",
        `--sets=${sets.join(",")}`,
        `--methods=${methods.join(",")}`,
        `--budgets=${budgets.join(",")}`,
        `--seeds=${bench.seeds}`,
        `--results=${file}`,
        `--node=${process.execPath}`,
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    if (run.status !== 0) console.error(`peers were not run: ${methods.join(", ")}`);
  }
}

function peerRuns(file: string): PeerRun[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as PeerRun);
}

/** A run of 10,000 repeats the run of 2,000 with the same seed; each seed counts once. */
function peerBests(
  set: BenchSet,
  runs: readonly PeerRun[],
  { budgets, seeds }: SearchBench,
): Bests {
  const own = runs.filter((run) => run.set === set.name && run.seed < seeds);
  return Object.fromEntries(
    PEERS.map((method) => [
      method,
      Object.fromEntries(
        budgets.map((budget) => {
          const bySeed = new Map<number, number>();
          for (const run of own) {
            const best = run.bests[String(budget)];
            if (run.method === method && best !== undefined) bySeed.set(run.seed, best);
          }
          return [String(budget), [...bySeed.values()]];
        }),
      ),
    ]),
  );
}
