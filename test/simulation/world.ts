/**
 * One simulated run: sessions, workers, people and faults, from a seed to a verdict.
 */
import { decodeRecord } from "../../consumers/loop/decode-record.ts";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import { createKeyRing, deriveSigningKey } from "../../guard/tokens/keys.ts";
import { deriveRequestedSessionId } from "../../producers/request.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { Event, Recorded } from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import {
  computeHistoryDigest,
  toHistoryEntry,
  createManifest,
  verifyExport,
} from "../../session/audit.ts";
import type { LogRecord } from "../../session/ports.ts";
import { isOver } from "../../session/state.ts";
import { Broker } from "./broker.ts";
import { CALM, type FaultPlan } from "./faults.ts";
import { InvariantBroken, Invariants } from "./invariants.ts";
import type { CallFault } from "./log-client.ts";
import { People } from "./people.ts";
import { Scheduler, SimProcess } from "./scheduler.ts";
import { SimStore } from "./snapshots.ts";
import { startWorker, type Worker } from "./worker.ts";
import { PATIENT, REQUESTS, requestOf } from "./workload.ts";

/** Steps a run may take before it counts as stuck. */
const STEPS_MAX = 120_000;
/** About how many steps one session takes: faults are spread over them. */
const STEPS_PER_SESSION = 900;

export interface Verdict {
  readonly seed: number;
  readonly broken: InvariantBroken | null;
  /** Equal for equal seeds: of every step taken. */
  readonly trace: string;
  readonly steps: number;
  readonly events: number;
  /** Comparable digest by request number, of neutral runs. */
  readonly digests: readonly { readonly request: number; readonly digest: string }[];
}

export function simulationKeys(): Keys {
  const ring = (name: string) =>
    createKeyRing(deriveSigningKey(Buffer.from(computeSha256(name), "hex")));
  return { coordinator: ring("simulated coordinator"), guard: ring("simulated guard") };
}

/** Runs a plan under a seed; `requests` are the sessions, by request number. */
export async function runWorld(
  seed: number,
  plan: FaultPlan,
  requests?: readonly number[],
): Promise<Verdict> {
  const world = new World(seed, plan, requests);
  return world.run();
}

interface Asked {
  readonly session: string;
  readonly request: number;
}

class World {
  readonly #seed: number;
  readonly #plan: FaultPlan;
  readonly #scheduler: Scheduler;
  readonly #broker: Broker;
  readonly #store = new SimStore();
  readonly #invariants: Invariants;
  readonly #people: People;
  readonly #keys = simulationKeys();
  readonly #workers: Worker[] = [];
  readonly #processes: SimProcess[] = [];
  readonly #asked: Asked[] = [];
  readonly #troubles: { atStep: number; happen: (process: SimProcess) => void }[] = [];
  readonly #calmAfter: number;
  #born = 0;
  #starting = 0;
  #calm = false;
  #closing = false;

  constructor(seed: number, plan: FaultPlan, requests?: readonly number[]) {
    this.#seed = seed;
    this.#plan = plan;
    this.#scheduler = new Scheduler(seed);
    this.#broker = new Broker(this.#scheduler, plan.partitions);
    this.#invariants = new Invariants(this.#keys, this.#broker);
    this.#people = new People(this.#scheduler, this.#broker);
    this.#calmAfter = STEPS_PER_SESSION * plan.sessions * 3;
    const { random } = this.#scheduler;
    this.#broker.isAbrupt = () => random.uniform() < plan.abrupt;
    this.#broker.watcher = {
      appended: (records, inTransaction) => this.#appended(records, inTransaction),
    };
    this.#store.saved = (snapshot) => this.#invariants.saved(snapshot);
    this.#scheduler.faults = {
      beforeStep: (process) => this.#beforeStep(process),
      latency: () => this.#latency(),
    };
    this.#ask(requests ?? Array.from({ length: plan.sessions }, () => random.below(REQUESTS)));
    this.#planTroubles();
  }

  async run(): Promise<Verdict> {
    for (let index = 0; index < this.#plan.workers; index += 1) this.#start();
    await this.#until("the sessions end", () => this.#isQuiet());
    if (this.#invariants.broken === null) await this.#restartOnNothing();
    this.#invariants.note(() => this.#checkEnd());
    for (const process of this.#processes) process.dispose();
    return this.#verdict();
  }

  #verdict(): Verdict {
    const followed = [...this.#invariants.sessions.values()];
    const digests = this.#plan.altering
      ? []
      : this.#asked.map(({ session, request }) => ({
          request,
          digest: comparableDigest(this.#invariants.sessions.get(session)?.events ?? []),
        }));
    return {
      seed: this.#seed,
      broken: this.#invariants.broken,
      trace: this.#scheduler.traceDigest,
      steps: this.#scheduler.steps,
      events: followed.reduce((sum, one) => sum + one.records.length, 0),
      digests,
    };
  }

  async #until(what: string, isOverNow: () => boolean): Promise<void> {
    const isDone = () => this.#invariants.broken !== null || isOverNow();
    if (await this.#scheduler.run(isDone, STEPS_MAX)) return;
    this.#invariants.note(() => {
      throw new InvariantBroken(
        10,
        "-",
        `${what}: not within ${STEPS_MAX} steps. ${this.#stuck()}`,
      );
    });
  }

  #stuck(): string {
    const waits = this.#asked.map(({ session }) => {
      const state = this.#invariants.sessions.get(session)?.states.at(-1);
      const wait = state?.wait;
      return `${session.slice(0, 8)} ${state?.status} waits for ${wait?.for ?? "-"} ${wait?.key ?? ""}`;
    });
    const lags = this.#broker.groupNames().map((name) => `${name} ${this.#broker.lag(name)}`);
    const fatal = this.#workers.map(({ process }) => describeError(process.fatal ?? "")).join("");
    return `${waits.join("; ")}; lag: ${lags.join(", ")} ${fatal}`;
  }

  #ask(requests: readonly number[]): void {
    const { random } = this.#scheduler;
    const limits = this.#plan.altering ? { agentSeconds: 60, personSeconds: 240 } : PATIENT;
    for (const [ordinal, request] of requests.entries()) {
      const data = requestOf(request, limits);
      const session = deriveRequestedSessionId(data, ordinal);
      this.#asked.push({ session, request });
      const inputs = [{ key: "1", event: { type: "SessionRequested", data } as Event }];
      this.#people.say(random.uniform() * 500, session, inputs);
      if (this.#plan.cancels && random.uniform() < 0.5) {
        const event: Event = { type: "SessionCancelled", data: { by: "somebody", reason: "done" } };
        this.#people.say(random.uniform() * 20_000, session, [{ key: "cancel", event }]);
      }
    }
  }

  #start(): void {
    const { random } = this.#scheduler;
    this.#born += 1;
    const skew = (random.uniform() - 0.5) * 2 * this.#plan.skewMs;
    const process = new SimProcess(this.#scheduler, `p${this.#born}`, Math.round(skew));
    this.#processes.push(process);
    const worker = startWorker(
      {
        scheduler: this.#scheduler,
        broker: this.#broker,
        store: this.#store,
        keys: this.#keys,
        invariants: this.#invariants,
        trouble: (who, signal) => this.#trouble(process, who, signal),
        logFault: () => this.#callFault(this.#plan.logFaults),
        storeFault: () => this.#callFault(this.#plan.storeFaults),
        checkEveryMs: this.#plan.checkEveryMs,
      },
      process,
    );
    this.#workers.push(worker);
    process.onDeath(() => this.#died(worker));
  }

  /** The group coordinator notices after a while; a supervisor starts a new process. */
  #died(worker: Worker): void {
    const { random } = this.#scheduler;
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    this.#scheduler.later(random.uniform() * 3_000, null, "session timeout", () => {
      for (const member of this.#broker.membersOf(worker.process)) this.#broker.leave(member);
    });
    if (this.#closing) return;
    this.#starting += 1;
    this.#scheduler.later(random.uniform() * 4_000, null, "start", () => {
      this.#starting -= 1;
      this.#start();
    });
  }

  #latency(): number {
    const { random } = this.#scheduler;
    const span = random.uniform() < 0.05 ? this.#plan.latencyMs : Math.min(1, this.#plan.latencyMs);
    return random.uniform() * span;
  }

  #callFault(share: number): CallFault {
    const { random } = this.#scheduler;
    if (this.#calm || share === 0 || random.uniform() >= share) return "none";
    return (["refused", "unanswered", "late", "partial"] as const)[random.below(4)] ?? "none";
  }

  async #trouble(process: SimProcess, who: string, signal: AbortSignal): Promise<void> {
    const { random } = this.#scheduler;
    const { retriable, failures, hangs, latencyMs } = this.#plan;
    if (latencyMs > 1 && random.uniform() < 0.3) await process.sleep(latencyMs * random.uniform());
    if (this.#calm) return;
    const luck = random.uniform();
    if (luck < hangs) {
      await process.sleep(65_000 + 350_000 * random.uniform(), signal);
      if (luck < hangs / 2) throw failure(who);
    } else if (luck < hangs + failures) throw failure(who);
    else if (luck < hangs + failures + retriable && who !== "judge") {
      throw new MmmError("overloaded", `the ${who} is busy`);
    }
  }

  #planTroubles(): void {
    const { random } = this.#scheduler;
    const plan = this.#plan;
    const span = STEPS_PER_SESSION * plan.sessions;
    const add = (count: number, happen: (process: SimProcess) => void): void => {
      for (let index = 0; index < count; index += 1) {
        this.#troubles.push({ atStep: random.below(span), happen });
      }
    };
    add(plan.crashes, (process) => process.crash());
    add(plan.restarts, (process) => this.#restart(process));
    add(plan.pauses, (process) => this.#pause(process));
    add(plan.rebalances, () => {
      const names = this.#broker.groupNames();
      this.#broker.rebalance(names[random.below(names.length)] ?? "");
    });
    add(plan.storeRollBacks * 3, () => this.#store.keep());
    add(plan.storeRollBacks, () => this.#store.rollBack((count) => random.below(count)));
    add(plan.storeLosses, () => this.#store.lose());
    add(plan.repeats, () => this.#people.repeat());
    add(plan.undecodable, () => this.#people.poison());
    add(plan.forged, () => this.#people.forge(this.#asked.map(({ session }) => session)));
    add(plan.strayDecisions, () => this.#stray());
    this.#troubles.sort((a, b) => a.atStep - b.atStep);
  }

  #beforeStep(process: SimProcess): void {
    if (process === this.#people.process) return;
    if (this.#scheduler.steps > this.#calmAfter) this.#calm = true;
    while (process.alive) {
      const next = this.#troubles[0];
      if (next === undefined || next.atStep > this.#scheduler.steps) return;
      this.#troubles.shift();
      next.happen(process);
    }
  }

  #restart(process: SimProcess): void {
    const worker = this.#workers.find((one) => one.process === process);
    void worker?.stop().then(() => process.crash());
  }

  /** The process stands still; the group gives its partitions away, and it joins again when it wakes. */
  #pause(process: SimProcess): void {
    const { random } = this.#scheduler;
    const ms = random.uniform() * 20_000;
    process.pausedUntil = this.#scheduler.now + ms;
    const members = this.#broker.membersOf(process);
    this.#scheduler.later(random.uniform() * ms, null, "kick", () => {
      for (const member of members) this.#broker.leave(member);
      this.#scheduler.later(0, process, "rejoin", () => {
        for (const member of members) if (member.left) this.#broker.join(member);
      });
    });
  }

  /** A decision nobody waits for, or not any more. */
  #stray(): void {
    const { random } = this.#scheduler;
    const { session } = this.#asked[random.below(this.#asked.length)] as Asked;
    const event: Event = {
      type: "HumanDecided",
      data: {
        escalation: "e0",
        choice: "abort",
        instruction: null,
        decided_by: "somebody late",
        reason: "stray",
      },
    };
    this.#people.say(random.uniform() * 5_000, session, [
      { key: `stray${this.#scheduler.steps}`, event },
    ]);
  }

  #appended(records: readonly LogRecord[], transactional: boolean): void {
    this.#invariants.appended(records, transactional);
    for (const record of records) {
      if (record.topic !== TOPICS.escalations.topic || !transactional) continue;
      this.#decide(decodeRecord(record) as Extract<Recorded, { type: "EscalationRaised" }>);
    }
  }

  /** People decide: in a neutral run always the same on the same question. */
  #decide(raised: Extract<Recorded, { type: "EscalationRaised" }>): void {
    const { random } = this.#scheduler;
    const { session } = raised.envelope;
    const { escalation, iteration } = raised.data;
    const request = this.#asked.find((one) => one.session === session)?.request ?? 0;
    const luck =
      Number.parseInt(computeSha256(`${request} ${escalation}`).slice(0, 8), 16) / 2 ** 32;
    const choice = luck < 0.45 ? "resume" : luck < 0.85 ? "keep_current" : "abort";
    const event = (chosen: string): Event => ({
      type: "HumanDecided",
      data: {
        escalation,
        choice: chosen,
        instruction: chosen === "resume" ? "Try once more." : null,
        decided_by: "ann",
        reason: `as prepared for ${escalation}`,
      },
    });
    const delay = random.uniform() * (this.#plan.altering ? 500_000 : 10_000);
    const text = { submitted_by: "bob", text: `In iteration ${iteration}: lower the decay of tv.` };
    const inputs = [{ key: escalation, event: event(choice) }];
    if (luck % 0.1 < 0.04) {
      inputs.unshift({ key: escalation, event: { type: "ProposalSubmitted", data: text } });
    }
    this.#people.say(delay, session, inputs);
    if (this.#plan.disagreements) {
      this.#people.say(random.uniform() * 500_000, session, [
        { key: `${escalation}b`, event: event("keep_current") },
      ]);
    }
    if (this.#plan.strayDecisions > 0) {
      this.#people.say(delay + random.uniform() * 5_000, session, [
        ...inputs,
        { key: `${escalation}c`, event: event(choice) },
      ]);
    }
  }

  #isQuiet(): boolean {
    if (this.#scheduler.steps % 16 !== 0) return false;
    if (this.#people.pending > 0 || this.#starting > 0 || this.#troubles.length > 0) {
      if (this.#people.pending > 0 || this.#starting > 0) return false;
      if (this.#troubles.length > 0 && this.#scheduler.steps < this.#calmAfter) return false;
    }
    return this.#areOver() && this.#isDone();
  }

  #areOver(): boolean {
    return this.#asked.every(({ session }) => {
      const state = this.#invariants.sessions.get(session)?.states.at(-1);
      return state !== undefined && state !== null && isOver(state);
    });
  }

  #isDone(): boolean {
    return this.#broker.groupNames().every((name) => this.#broker.lag(name) === 0);
  }

  /** Invariant 5 at the end: with all snapshots gone a new process restores every session. */
  async #restartOnNothing(): Promise<void> {
    this.#calm = true;
    this.#closing = true;
    this.#troubles.length = 0;
    const before = [...this.#workers];
    let stopped = 0;
    for (const worker of before) {
      worker.process.onDeath(() => (stopped += 1));
      void worker.stop().then(() => worker.process.crash());
    }
    await this.#until("an orderly stop", () => stopped === before.length && this.#starting === 0);
    this.#store.lose();
    this.#start();
    await this.#until("a rebuild from history", () =>
      [...this.#invariants.sessions.values()].every(
        (followed) =>
          this.#store.shelf.snapshots.get(followed.session)?.seq === followed.records.length,
      ),
    );
  }

  #checkEnd(): void {
    for (const { session } of this.#asked) {
      const followed = this.#invariants.sessions.get(session);
      if (followed === undefined) throw new InvariantBroken(10, session, "it was never started");
      const entries = followed.records.map((record) => toHistoryEntry(record));
      const lines = [
        ...entries.map((entry) => entry.line),
        { manifest: createManifest(session, entries) },
      ];
      const { fault } = verifyExport(lines);
      if (fault !== null) throw new InvariantBroken(4, session, fault.reason);
    }
    const letters = this.#broker.all(TOPICS.deadLetters.topic);
    for (const poison of this.#people.poisons) {
      const kept = letters.some(
        ({ headers, value }) =>
          headers["dlq-topic"] === poison.topic &&
          headers["dlq-partition"] === String(poison.partition) &&
          headers["dlq-offset"] === String(poison.offset) &&
          Buffer.from(value).equals(poison.value),
      );
      if (!kept) throw new InvariantBroken(10, "-", `a poison on ${poison.topic} was lost`);
    }
  }
}

function failure(who: string): MmmError {
  const code = who === "trainer" ? "trainer_failed" : "reasoner_failed";
  return new MmmError(code, `the ${who} failed as prepared`);
}

/** What was decided; refusals of strays and forgeries do not count. */
export function comparableDigest(events: readonly Recorded[]): string {
  return computeHistoryDigest(
    events.filter(({ type }) => type !== "OutcomeRefused" && type !== "DecisionRefused"),
  );
}

/** The undisturbed history of a request. */
export async function referenceDigest(request: number): Promise<string> {
  const verdict = await runWorld(1, CALM, [request]);
  if (verdict.broken !== null) throw verdict.broken;
  return verdict.digests[0]?.digest ?? "";
}
