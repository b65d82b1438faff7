/**
 * What goes wrong in a run, chosen by its seed. Each seed turns some kinds of faults on and others
 * off (swarm testing: Groce et al. 2012), since faults can hide each other.
 *
 * Two classes of runs. In a **neutral** run nothing may change what is decided: crashes, rebalances,
 * zombies, lost and rolled-back snapshots, unavailable servers, retriable failures, repeated
 * deliveries, undecodable and forged records, repeated and late human decisions. Its histories must
 * equal the undisturbed ones. In an **altering** run agents fail for good or never answer, limits of
 * time run out, people disagree or cancel; its histories are held to the invariants alone.
 */
import { Random } from "../../model/random.ts";

export interface FaultPlan {
  readonly altering: boolean;
  readonly workers: number;
  readonly partitions: number;
  readonly sessions: number;
  /** Crashes of a process, at any of its steps. */
  readonly crashes: number;
  /** Orderly stops with a new start. */
  readonly restarts: number;
  /** Stops of the world for one process, long enough to be taken for dead. */
  readonly pauses: number;
  readonly rebalances: number;
  /** Share of take-overs that do not wait for the old holder. */
  readonly abrupt: number;
  /** Share of calls to the log, to the snapshot store, that go wrong. */
  readonly logFaults: number;
  readonly storeFaults: number;
  readonly storeLosses: number;
  readonly storeRollBacks: number;
  /** Records put on a topic once more. */
  readonly repeats: number;
  readonly undecodable: number;
  readonly forged: number;
  /** Decisions repeated, or made after the session went on. */
  readonly strayDecisions: number;
  /** Share of answers that fail in a way worth another try. */
  readonly retriable: number;
  /** Longest hop, milliseconds; most are far shorter. */
  readonly latencyMs: number;
  readonly skewMs: number;
  /** Altering runs only: share of answers that fail for good, or never come. */
  readonly failures: number;
  readonly hangs: number;
  readonly disagreements: boolean;
  readonly cancels: boolean;
  /** How often an idle coordinator looks at the store; where it does, faults of a restore heal. */
  readonly checkEveryMs: number;
}

/** The plan of a seed. */
export function planOf(seed: number): FaultPlan {
  const random = new Random(seed + 0.25);
  const some = (share: number, most: number): number =>
    random.uniform() < share ? 1 + random.below(most) : 0;
  const rate = (share: number, most: number): number =>
    random.uniform() < share ? most * random.uniform() : 0;
  const altering = random.uniform() < 0.35;
  return {
    altering,
    workers: 1 + random.below(3),
    partitions: 1 + random.below(3),
    sessions: 1 + random.below(3),
    crashes: some(0.6, 6),
    restarts: some(0.3, 3),
    pauses: some(0.4, 4),
    rebalances: some(0.5, 6),
    abrupt: random.uniform(),
    logFaults: rate(0.5, 0.06),
    storeFaults: rate(0.5, 0.06),
    storeLosses: some(0.4, 3),
    storeRollBacks: some(0.4, 4),
    repeats: some(0.5, 20),
    undecodable: some(0.4, 4),
    forged: some(0.5, 8),
    strayDecisions: some(0.5, 6),
    retriable: rate(0.4, 0.2),
    latencyMs: [1, 20, 300][random.below(3)] ?? 1,
    skewMs: random.uniform() < 0.3 ? 5_000 : 0,
    failures: altering ? rate(0.6, 0.15) : 0,
    hangs: altering ? rate(0.6, 0.2) : 0,
    disagreements: altering && random.uniform() < 0.5,
    cancels: altering && random.uniform() < 0.2,
    // Not drawn: seeds that once failed keep their traces.
    checkEveryMs: seed % 3 === 0 ? 30_000 : Number.POSITIVE_INFINITY,
  };
}

/** The plan of an undisturbed run. */
export const CALM: FaultPlan = {
  altering: false,
  workers: 1,
  partitions: 1,
  sessions: 1,
  crashes: 0,
  restarts: 0,
  pauses: 0,
  rebalances: 0,
  abrupt: 0,
  logFaults: 0,
  storeFaults: 0,
  storeLosses: 0,
  storeRollBacks: 0,
  repeats: 0,
  undecodable: 0,
  forged: 0,
  strayDecisions: 0,
  retriable: 0,
  latencyMs: 1,
  skewMs: 0,
  failures: 0,
  hangs: 0,
  disagreements: false,
  cancels: false,
  checkEveryMs: 30_000,
};
