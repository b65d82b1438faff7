/**
 * The eight invariants of the design, checked at every step of a simulated run by means of their own:
 * a separate fold, a separate chain walk, a separate reading of what may be trained.
 *
 * 1 clearance · 2 methodology · 3 veto · 4 history and chain · 5 snapshot · 6 ids · 7 same history
 * (at the end, `world.ts`) · 8 locked test. 9 stands for the session machine's own promises: one
 * wait or an end, the rejection ladder, iterations counted.
 */
import { decodeRecord } from "../../consumers/decode.ts";
import type { Keys } from "../../consumers/vouching.ts";
import { verifyClearance, verifySeal } from "../../guard/clearance.ts";
import { parseModelConfig } from "../../model/config.ts";
import { canonicalJson, sha256 } from "../../schemas/canonical.ts";
import { eventId, type Recorded } from "../../schemas/event.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { genesis, linkOf } from "../../session/chain.ts";
import { evolve } from "../../session/evolve.ts";
import type { LogRecord, Snapshot } from "../../session/ports.ts";
import { isOver, type SessionState } from "../../session/state.ts";
import type { Broker } from "./broker.ts";
import { isLawful, methodologyOf } from "./cast.ts";

export class InvariantBroken extends Error {
  readonly invariant: number;

  constructor(invariant: number, session: string, what: string) {
    super(`invariant ${invariant}, session ${session}: ${what}`);
    this.name = "InvariantBroken";
    this.invariant = invariant;
  }
}

/** One session as the checker follows it. */
export interface Followed {
  readonly session: string;
  readonly records: LogRecord[];
  readonly events: Recorded[];
  /** `states[n]` after `n` records. */
  readonly states: (SessionState | null)[];
  head: string;
  readonly ids: Set<string>;
  readonly refusedIds: Set<string>;
  methodology: string | null;
  readonly cleared: Map<string, string>;
  readonly vetoed: Set<string>;
  readonly requested: Map<string, string>;
  readonly rejections: Map<string, number>;
  lockedRequests: number;
  lockedResults: number;
}

const STEP_EVENTS_MAX = 17;
/** Stand-stills, restarts, clocks that differ and tries of a call may hold up the end of a wait. */
const DEADLINE_GRACE_MS = 120_000;

export class Invariants {
  readonly sessions = new Map<string, Followed>();
  readonly #keys: Keys;
  readonly #broker: Broker;
  #broken: InvariantBroken | null = null;
  /** Training calls in progress, by the signal they were given. */
  readonly #calls = new WeakMap<AbortSignal, Recorded>();
  readonly #tested = new Map<string, string>();

  constructor(keys: Keys, broker: Broker) {
    this.#keys = keys;
    this.#broker = broker;
  }

  /** The first breach, if any. */
  get broken(): InvariantBroken | null {
    return this.#broken;
  }

  /** Remembers a breach; the run ends at the next step. */
  note(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#broken ??=
        error instanceof InvariantBroken
          ? error
          : new InvariantBroken(0, "-", `the checker itself failed: ${String(error)}`);
    }
  }

  appended(records: readonly LogRecord[], transactional: boolean): void {
    this.note(() => {
      const touched = new Set<Followed>();
      for (const record of records) {
        if (record.topic === TOPICS.history.topic) {
          touched.add(this.#history(record, transactional));
        } else if (transactional) this.#command(record);
      }
      for (const followed of touched) settled(followed);
    });
  }

  saved(snapshot: Snapshot): void {
    this.note(() => {
      const { session, seq, head, state } = snapshot;
      const followed = this.sessions.get(session);
      const fold = followed?.states[seq];
      if (followed === undefined || fold === undefined || fold === null) {
        throw new InvariantBroken(5, session, `a snapshot at seq ${seq} is ahead of the history`);
      }
      const hash = followed.records[seq - 1]?.headers["ce_hash"];
      if (hash !== head) throw new InvariantBroken(5, session, `the snapshot's head at ${seq}`);
      if (state !== canonicalJson(fold)) {
        throw new InvariantBroken(5, session, `the snapshot at seq ${seq} is not the fold`);
      }
    });
  }

  /** The trainer was handed `event`; its calls into the engine carry `signal`. */
  handling(signal: AbortSignal, event: Recorded): void {
    this.#calls.set(signal, event);
  }

  trained(config: string, signal: AbortSignal): void {
    this.note(() => this.#mayTrain(config, signal));
  }

  tested(baseline: string, final: string, signal: AbortSignal): void {
    this.note(() => {
      this.#mayTrain(baseline, signal);
      this.#mayTrain(final, signal);
      const session = this.#calls.get(signal)?.envelope.session ?? "";
      const pair = sha256(baseline + final);
      const before = this.#tested.get(session) ?? pair;
      this.#tested.set(session, before);
      if (before !== pair) {
        throw new InvariantBroken(8, session, "the locked weeks were seen with two configurations");
      }
    });
  }

  #mayTrain(config: string, signal: AbortSignal): void {
    const session = this.#calls.get(signal)?.envelope.session;
    const followed = session === undefined ? undefined : this.sessions.get(session);
    if (session === undefined || followed === undefined) {
      throw new InvariantBroken(1, session ?? "-", "something was trained for no session");
    }
    const digest = sha256(config);
    const event = this.#calls.get(signal);
    const cleared =
      event?.type === "TrainingRequested"
        ? followed.cleared.get(event.data.proposal) === digest
        : [...followed.cleared.values()].includes(digest);
    if (!cleared) {
      throw new InvariantBroken(1, session, "a configuration was trained that was never cleared");
    }
    if (methodologyOf(config) !== followed.methodology) {
      throw new InvariantBroken(2, session, "another methodology was trained");
    }
  }

  /** A command says what the history says, and carries nothing it must not. */
  #command(record: LogRecord): void {
    const id = record.headers["ce_id"] ?? "";
    if (record.topic === TOPICS.deadLetters.topic) return;
    const said = this.sessions.get(record.key)?.records.find((one) => one.headers["ce_id"] === id);
    if (said === undefined || !Buffer.from(said.value).equals(record.value)) {
      throw new InvariantBroken(
        6,
        record.key,
        `a command on ${record.topic} is not in the history`,
      );
    }
    const context = record.headers["mmm-context"] ?? "";
    const isApproval = record.headers["ce_type"] === "mmm.ApprovalRequested";
    if (!isApproval && context.includes('"locked_test"')) {
      throw new InvariantBroken(8, record.key, "an agent was shown the locked weeks");
    }
  }

  #history(record: LogRecord, transactional: boolean): Followed {
    const session = record.key;
    const followed = this.sessions.get(session) ?? follow(session);
    this.sessions.set(session, followed);
    if (!transactional) throw new InvariantBroken(4, session, "written outside a transaction");
    if (record.partition !== this.#broker.partitionOf(session)) {
      throw new InvariantBroken(4, session, "in another partition than the inbox's");
    }
    const event = decodeRecord(record);
    this.#link(followed, record, event);
    this.#identity(followed, event);
    const before = followed.states.at(-1) ?? null;
    const after = evolve(before, event);
    this.#rules(followed, event, before);
    const deadline = before?.wait?.deadline ?? null;
    if (deadline !== null && record.timestamp > deadline + DEADLINE_GRACE_MS) {
      throw new InvariantBroken(9, session, `the wait for ${before?.wait?.for} outlived its limit`);
    }
    followed.records.push(record);
    followed.events.push(event);
    followed.states.push(after);
    return followed;
  }

  #link(followed: Followed, record: LogRecord, event: Recorded): void {
    const { session } = followed;
    const seq = followed.records.length + 1;
    if (record.headers["ce_seq"] !== String(seq)) {
      throw new InvariantBroken(4, session, `seq ${record.headers["ce_seq"]} where ${seq} is next`);
    }
    const body = record.value;
    const link = linkOf({ seq, prev: followed.head }, event.envelope, { type: event.type, body });
    const { ce_prevhash: prev, ce_hash: hash } = record.headers;
    if (prev !== followed.head || hash !== link.hash) {
      throw new InvariantBroken(4, session, `the chain breaks at seq ${seq}`);
    }
    followed.head = link.hash;
  }

  #identity(followed: Followed, event: Recorded): void {
    const { id, cause, producer } = event.envelope;
    const { session } = followed;
    if (followed.ids.has(id)) throw new InvariantBroken(6, session, `event id ${id} twice`);
    followed.ids.add(id);
    if (producer === "coordinator" && event.type !== "DeadlinePassed") {
      const ids = Array.from({ length: STEP_EVENTS_MAX }, (_, i) => eventId(cause, producer, i));
      if (!ids.includes(id)) throw new InvariantBroken(6, session, `id of ${event.type}`);
    }
    if (event.type !== "OutcomeRefused") return;
    const refused = event.data.event_id;
    if (followed.ids.has(refused)) {
      throw new InvariantBroken(6, session, "an event that counted was refused the second time");
    }
    if (followed.refusedIds.has(refused)) {
      throw new InvariantBroken(6, session, "an event was refused twice");
    }
    followed.refusedIds.add(refused);
  }

  #rules(followed: Followed, event: Recorded, before: SessionState | null): void {
    const { session } = followed;
    if (before !== null && isOver(before) && !AFTER_THE_END.has(event.type)) {
      throw new InvariantBroken(9, session, `${event.type} after the end`);
    }
    const rule = RULES[event.type];
    rule?.(followed, event, { before, keys: this.#keys });
  }
}

const AFTER_THE_END: ReadonlySet<string> = new Set([
  "SessionSealed",
  "OutcomeRefused",
  "DecisionRefused",
  "OperatorActed",
]);

function follow(session: string): Followed {
  return {
    session,
    records: [],
    events: [],
    states: [null],
    head: genesis(session),
    ids: new Set(),
    refusedIds: new Set(),
    methodology: null,
    cleared: new Map(),
    vetoed: new Set(),
    requested: new Map(),
    rejections: new Map(),
    lockedRequests: 0,
    lockedResults: 0,
  };
}

/** After a transaction a session waits for one thing, or is over. */
function settled(followed: Followed): void {
  const state = followed.states.at(-1);
  if (state === null || state === undefined) return;
  if (state.wait === null && !isOver(state) && state.status !== "log") {
    throw new InvariantBroken(9, followed.session, "the session waits for nothing and is not over");
  }
}

interface Around {
  readonly before: SessionState | null;
  readonly keys: Keys;
}

type Rule = (followed: Followed, event: Recorded, around: Around) => void;
type RuleOf<T extends Recorded["type"]> = (
  followed: Followed,
  event: Extract<Recorded, { type: T }>,
  around: Around,
) => void;

function rule<T extends Recorded["type"]>(check: RuleOf<T>): Rule {
  return check as Rule;
}

const RULES: Partial<Record<Recorded["type"], Rule>> = {
  SessionRequested: rule<"SessionRequested">((followed, event) => {
    const whole = canonicalJson(parseModelConfig(JSON.parse(event.data.baseline)));
    followed.methodology = methodologyOf(whole);
  }),
  ProposalCleared: rule<"ProposalCleared">((followed, event, { before, keys }) => {
    const { session } = followed;
    const { proposal, config, config_digest, clearance, spec_digest } = event.data;
    try {
      verifyClearance(clearance, keys.guard, { session, proposal, config, spec_digest });
    } catch (error) {
      throw new InvariantBroken(1, session, `${proposal}: ${String(error)}`);
    }
    if (followed.vetoed.has(proposal)) {
      throw new InvariantBroken(3, session, `${proposal} was vetoed, then cleared`);
    }
    const item = before?.work_item;
    if (item !== null && item !== undefined && item.id !== "w0" && !isLawful(item.raw ?? "")) {
      throw new InvariantBroken(3, session, `${proposal} breaks a rule and was cleared`);
    }
    if (methodologyOf(config) !== followed.methodology) {
      throw new InvariantBroken(2, session, `${proposal} changes the methodology`);
    }
    followed.cleared.set(proposal, config_digest);
  }),
  ProposalVetoed: rule<"ProposalVetoed">((followed, event) => {
    followed.vetoed.add(event.data.proposal);
  }),
  TrainingRequested: rule<"TrainingRequested">((followed, event) => {
    const { proposal, config_digest } = event.data;
    if (followed.cleared.get(proposal) !== config_digest) {
      throw new InvariantBroken(1, followed.session, `${proposal} is to be trained uncleared`);
    }
    if (followed.vetoed.has(proposal)) {
      throw new InvariantBroken(3, followed.session, `${proposal} is to be trained though vetoed`);
    }
    if (followed.lockedRequests > 0) {
      throw new InvariantBroken(8, followed.session, "training after the locked weeks");
    }
    followed.requested.set(proposal, config_digest);
  }),
  ModelTrained: rule<"ModelTrained">((followed, event) => {
    const { proposal, config_digest } = event.data;
    if (followed.requested.get(proposal) !== config_digest) {
      throw new InvariantBroken(1, followed.session, `${proposal} was trained unasked`);
    }
  }),
  ProposalRejected: rule<"ProposalRejected">((followed, event) => {
    const { work_item, count, next } = event.data;
    const times = (followed.rejections.get(work_item) ?? 0) + 1;
    followed.rejections.set(work_item, times);
    const rung = count <= 1 ? "originator" : count === 2 ? "alternative" : "person";
    if (count < times || next !== rung) {
      throw new InvariantBroken(9, followed.session, `refusal ${times} counted as ${count}`);
    }
  }),
  AgentFailed: rule<"AgentFailed">((followed, event, { before }) => {
    const { role, work_item, attempt } = event.data;
    const wait = before?.wait;
    const fits =
      wait?.for === "approval"
        ? role === "stakeholder" && work_item === ""
        : wait?.key === `${work_item}.${attempt}` &&
          (wait.for !== "review" || role === "business_analyst");
    if (fits) return;
    throw new InvariantBroken(9, followed.session, `${role} failed ${wait?.for ?? "nothing"}`);
  }),
  EscalationRaised: rule<"EscalationRaised">((followed, event, { before }) => {
    const wanted = `e${(before?.counters.escalations ?? 0) + 1}`;
    if (event.data.escalation !== wanted) {
      throw new InvariantBroken(9, followed.session, `escalation ${event.data.escalation}`);
    }
  }),
  IterationCompleted: rule<"IterationCompleted">((followed, event, { before }) => {
    const { methodology_digest, iteration } = event.data;
    if (methodology_digest !== before?.baseline?.methodology_digest) {
      throw new InvariantBroken(2, followed.session, "the methodology digest moved");
    }
    // Beyond the limit there are only people's texts.
    const isText = before?.work_item?.kind === "free_text";
    if (iteration > (before?.limits?.max_iterations ?? 0) && !isText) {
      throw new InvariantBroken(9, followed.session, `iteration ${iteration} is one too many`);
    }
  }),
  LockedTestRequested: rule<"LockedTestRequested">((followed, _event, { before }) => {
    if ((before?.pending.length ?? 0) > 0) {
      throw new InvariantBroken(9, followed.session, "tuning ended before a text that waited");
    }
    followed.lockedRequests += 1;
    if (followed.lockedRequests > 1) {
      throw new InvariantBroken(8, followed.session, "the locked weeks were asked for twice");
    }
  }),
  LockedTestEvaluated: rule<"LockedTestEvaluated">((followed) => {
    followed.lockedResults += 1;
    if (followed.lockedResults > followed.lockedRequests) {
      throw new InvariantBroken(8, followed.session, "the locked weeks were seen unasked");
    }
  }),
  SessionCompleted: rule<"SessionCompleted">((followed, event) => {
    const { methodology_digest_start: start, methodology_digest_end: end } = event.data;
    if (start !== end) throw new InvariantBroken(2, followed.session, "start and end differ");
  }),
  SessionSealed: rule<"SessionSealed">((followed, event, { keys }) => {
    const { session, records } = followed;
    const last = records.at(-1);
    const seal = verifySeal(event.data.seal, keys.coordinator, session);
    if (
      last?.headers["ce_type"] !== "mmm.SessionCompleted" ||
      seal.seq !== records.length ||
      seal.head !== last.headers["ce_hash"]
    ) {
      throw new InvariantBroken(4, session, "the seal is not of the completed chain");
    }
  }),
};
