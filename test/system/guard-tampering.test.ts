/**
 * Somebody who can write to the log: forged, replayed and altered messages, and work put on `training`
 * directly. Each is refused, each stands in the session's history, and the session ends as it should.
 */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Running } from "../../consumers/consume.ts";
import { signClearance, signWarrant } from "../../guard/clearance.ts";
import { ringOf, signingKeyOf } from "../../guard/keys.ts";
import { pinConfig } from "../../guard/pinned.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification.ts";
import type { ModelConfig } from "../../model/config.ts";
import { parseModelConfig } from "../../model/config.ts";
import { recordOf } from "../../producers/publish.ts";
import { sha256 } from "../../schemas/canonical.ts";
import { decodeEvent, encodeEvent } from "../../schemas/codec.ts";
import type { Attachments, Event, EventData, Recorded } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { historyEntry, manifestOf, verifyExport } from "../../session/audit.ts";
import type { EventLog, LogRecord } from "../../session/ports.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { LIMITS } from "../support/given.ts";
import { openStage } from "../support/stage.ts";
import {
  BASELINE_TEXT,
  eventsOf,
  instantTraining,
  request,
  scriptedReasoners,
  startSystem,
  TEST_KEYS,
  until,
} from "../support/system.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const PINNED = pinConfig(parseModelConfig(JSON.parse(BASELINE_TEXT)));
/** What the attacker wants trained: the baseline without carryover. */
const EVIL = pinConfig({
  ...PINNED.config,
  adstock: { ...PINNED.config.adstock, max_lag_weeks: 1 },
});

const PINNED_WARRANT = {
  session: "s1",
  work_item: "w1",
  attempt: 1,
  iteration: 1,
  baseline: PINNED.text,
  base: PINNED.text,
  constraints: [],
};

const attacker = ringOf(signingKeyOf(new Uint8Array(32).fill(66)));

function clearanceFor(session: string, proposal: string, config: string, ring = attacker): string {
  const { methodologyDigest } = PINNED;
  const digests = { config_digest: sha256(config), methodology_digest: methodologyDigest };
  const spec_digest = SPECIFICATION_SHIPPED.digest;
  return signClearance({ session, proposal, ...digests, spec_digest }, ring);
}

/** The guard apart from the rest, and a Data Scientist that waits for `speak`. */
async function stage(open: () => Promise<TestBackend>) {
  const { log, trained, speak, start, close } = await openStage(open);
  undo.push(close);
  return {
    log,
    trained,
    speak,
    startOnly: (role: string, other = log) => start((name) => name === role, { log: other }),
    startAllBut: (...roles: string[]) => start((name) => !roles.includes(name)),
  };
}

/** Puts an event on a topic as if a consumer had said it. */
async function inject(
  log: EventLog,
  topic: (typeof TOPICS)[keyof typeof TOPICS],
  event: Event,
  more: { attachments?: Attachments; session?: string; producer?: string } = {},
): Promise<string> {
  const { session = "s1", producer = "guard", attachments = {} } = more;
  const id = randomUUID();
  const time = new Date().toISOString();
  const envelope = { id, session, business_unit: "emea", cause: randomUUID(), producer, time };
  await log.append([recordOf(topic, event, envelope, attachments)]);
  return id;
}

/** A record again, with some of its headers changed. */
async function again(log: EventLog, record: LogRecord, headers: Record<string, string> = {}) {
  const { topic, key, value } = record;
  if (value === null) throw new Error("a record without a value");
  await log.append([{ topic, key, value, headers: { ...record.headers, ...headers } }]);
}

async function recordsOf(log: EventLog, topic: string, type: string): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of log.read({ topic, key: "s1" })) {
    if (record.headers["ce_type"] === `mmm.${type}`) found.push(record);
  }
  return found;
}

type Cleared = EventData<"ProposalCleared">;

/** The log as somebody in between shows it: clearances with other content, under the same ids. */
function alteringClearances(
  log: EventLog,
  change: (data: Cleared) => Partial<Cleared> | null,
): EventLog {
  return {
    ...log,
    get partitions() {
      return log.partitions;
    },
    append: (records) =>
      log.append(
        records.map((record) => {
          if (record.headers["ce_type"] !== "mmm.ProposalCleared") return record;
          const event = decodeEvent(record.value!);
          if (event.type !== "ProposalCleared") return record;
          const changed = change(event.data);
          if (changed === null) return record;
          return {
            ...record,
            value: encodeEvent({ ...event, data: { ...event.data, ...changed } }),
          };
        }),
      ),
  };
}

function clearedBy(events: readonly Recorded[], proposal: string): Cleared {
  for (const event of events) {
    if (event.type === "ProposalCleared" && event.data.proposal === proposal) return event.data;
  }
  throw new Error(`${proposal} was not cleared`);
}

async function historyOf(log: EventLog): Promise<readonly Recorded[]> {
  const found: Recorded[] = [];
  for await (const record of log.read({ topic: "history", key: "s1" })) {
    found.push(historyEntry(record).event);
  }
  return found;
}

/** The history as soon as it is so. */
async function untilSo(log: EventLog, so: (events: readonly Recorded[]) => boolean) {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const events = await historyOf(log);
    if (so(events)) return events;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error("it did not happen");
}

const untilRefused = (log: EventLog, count: number) =>
  untilSo(log, (events) => refusalsIn(events).length >= count);

const untilMade = (log: EventLog, proposal: string) =>
  untilSo(log, (events) =>
    events.some((event) => event.type === "ProposalMade" && event.data.proposal === proposal),
  );

function refusalsIn(events: readonly Recorded[]): readonly EventData<"OutcomeRefused">[] {
  return events.flatMap((event) => (event.type === "OutcomeRefused" ? [event.data] : []));
}

/** The end every session here has: completed, its chain whole, nothing foreign trained. */
async function expectGoodEnd(log: EventLog, trained: readonly ModelConfig[]): Promise<void> {
  const entries = await until(log, "s1", "SessionSealed", 60);
  const lines = [...entries.map(({ line }) => line), { manifest: manifestOf("s1", entries) }];
  expect(verifyExport(lines).fault).toBeNull();
  expect(eventsOf(entries).at(-2)).toMatchObject({
    data: {
      status: "completed",
      methodology_digest_start: PINNED.methodologyDigest,
      methodology_digest_end: PINNED.methodologyDigest,
    },
  });
  expect(trained.length).toBeGreaterThanOrEqual(2);
  for (const config of trained) {
    expect(pinConfig(config).methodologyDigest).toBe(PINNED.methodologyDigest);
  }
}

const ONE = { limits: { ...LIMITS, max_iterations: 1 } };

describe.each(BACKENDS.slice(1))("who can write to the log, on $name", ({ open }) => {
  it("forges a clearance: refused whoever signed it, and recorded", async () => {
    const { log, trained, speak, startAllBut, startOnly } = await stage(open);
    speak();
    await startAllBut("guard");
    await request(log, "s1", ONE);
    await until(log, "s1", "ProposalMade");
    const honest = clearanceFor("s1", "w0.1", EVIL.text, TEST_KEYS.guard);
    const [header = "", payload = ""] = honest.split(".");
    const forged = {
      "nobody signed it": "",
      "no algorithm": `${Buffer.from('{"alg":"none","typ":"mmm-clearance+jws"}').toString("base64url")}.${payload}.`,
      "the attacker's key": clearanceFor("s1", "w0.1", EVIL.text),
      "the coordinator's key": clearanceFor("s1", "w0.1", EVIL.text, TEST_KEYS.coordinator),
      "the guard's name, the attacker's hand": `${header}.${payload}.${"A".repeat(86)}`,
    };
    for (const clearance of Object.values(forged)) {
      const data: Cleared = {
        proposal: "w0.1",
        content_digest: sha256("x"),
        config: EVIL.text,
        config_digest: sha256(EVIL.text),
        base_digest: EVIL.digest,
        methodology_digest: PINNED.methodologyDigest,
        spec_digest: SPECIFICATION_SHIPPED.digest,
        changes: [],
        layers: [],
        clearance,
      };
      await inject(log, TOPICS.sessions, { type: "ProposalCleared", data });
    }
    const count = Object.keys(forged).length;
    const refused = refusalsIn(await untilRefused(log, count));
    expect(refused.map(({ event_type }) => event_type)).toEqual(
      Array.from({ length: count }, () => "ProposalCleared"),
    );
    for (const { reason } of refused) expect(reason).toMatch(/^Signature refused/);
    expect(trained).toEqual([]);
    await startOnly("guard");
    await expectGoodEnd(log, trained);
  });

  it("replays an old clearance: refused for another proposal, session or twice, and recorded", async () => {
    const { log, trained, speak, startAllBut, startOnly } = await stage(open);
    await startAllBut("guard");
    const guard = await startOnly("guard");
    await request(log, "s1", ONE);
    const before = eventsOf(await until(log, "s1", "ProposalRouted"));
    await request(log, "s2", ONE);
    const other = clearedBy(eventsOf(await until(log, "s2", "ProposalRouted")), "w0.1");
    await guard.stop();
    speak();
    const old = clearedBy(before, "w0.1");
    await untilMade(log, "w1.1");
    const base = { base_digest: old.config_digest };
    for (const data of [
      { ...old, ...base, proposal: "w1.1" },
      { ...other, ...base, proposal: "w1.1" },
      old,
    ]) {
      await inject(log, TOPICS.sessions, { type: "ProposalCleared", data });
    }
    const [record] = await recordsOf(log, "sessions", "ProposalCleared");
    // Byte for byte, id and all: known already, it counts once.
    await again(log, record!);
    const refused = refusalsIn(await untilRefused(log, 3));
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("given for another proposal"),
      expect.stringContaining("given for another session"),
      "what is awaited does not fit",
    ]);
    expect(trained).toHaveLength(2);
    await startOnly("guard");
    await expectGoodEnd(log, trained);
  });

  it("alters what was cleared on its way to the trainer: refused and recorded", async () => {
    const { log, trained, speak, startAllBut, startOnly } = await stage(open);
    await startAllBut("trainer");
    await request(log, "s1", ONE);
    await until(log, "s1", "TrainingRequested");
    const [asked] = await recordsOf(log, "training", "TrainingRequested");
    expect(asked?.headers["mmm-config"]).toBe(PINNED.text);
    // The true message stays on the topic; altered copies of it, under its own id, follow.
    await again(log, asked!, { "mmm-config": EVIL.text });
    await again(log, asked!, { "mmm-clearance": clearanceFor("s1", "w0.1", EVIL.text) });
    await startOnly("trainer");
    const refused = refusalsIn(await untilRefused(log, 1));
    expect(refused).toMatchObject([{ event_type: "TrainingRefused" }]);
    const said = await recordsOf(log, "sessions", "TrainingRefused");
    expect(said).toHaveLength(2);
    speak();
    await expectGoodEnd(log, trained);
  });

  it("alters the guard's verdict on its way to the session: refused and recorded", async () => {
    const { log, trained, speak, startAllBut, startOnly } = await stage(open);
    speak();
    let altered = 0;
    const between = alteringClearances(log, ({ proposal }) => {
      if (proposal !== "w1.1") return null;
      altered += 1;
      return { config: EVIL.text, config_digest: sha256(EVIL.text) };
    });
    await startAllBut("guard");
    await startOnly("guard", between);
    await request(log, "s1", { limits: { ...ONE.limits, agent_timeout_s: 6 } });
    const refused = refusalsIn(await untilRefused(log, 1));
    expect(refused).toMatchObject([
      {
        event_type: "ProposalCleared",
        reason: expect.stringContaining("given for another config_digest"),
      },
    ]);
    expect(trained).toHaveLength(1);
    // Without its verdict the attempt runs out of time; the next one goes through.
    await expectGoodEnd(log, trained);
    expect(altered).toBe(1);
  }, 60_000);

  it("writes to training directly: refused, and recorded in the history or as a dead letter", async () => {
    const { log, trained, speak, startAllBut } = await stage(open);
    await startAllBut();
    await request(log, "s1", ONE);
    const events = eventsOf(await until(log, "s1", "ProposalRouted"));
    const old = clearedBy(events, "w0.1");
    const ask = (config: string): Event => ({
      type: "TrainingRequested",
      data: { proposal: "w1.1", config_digest: sha256(config), seed: 1 },
    });
    const forged = clearanceFor("s1", "w1.1", EVIL.text);
    const attempts: readonly Attachments[] = [
      { config: EVIL.text },
      { config: EVIL.text, clearance: forged },
      { config: EVIL.text, clearance: old.clearance },
      { config: old.config, clearance: old.clearance },
    ];
    for (const attachments of attempts) {
      const event = ask(attachments.config ?? "");
      await inject(log, TOPICS.training, event, { attachments, producer: "coordinator" });
    }
    const stranger = { attachments: attempts[1]!, producer: "coordinator", session: "s9" };
    await inject(log, TOPICS.training, ask(EVIL.text), stranger);
    const refused = refusalsIn(await untilRefused(log, attempts.length));
    expect(refused.map(({ event_type }) => event_type)).toEqual(
      attempts.map(() => "TrainingRefused"),
    );
    expect(trained).toHaveLength(1);
    speak();
    await expectGoodEnd(log, trained);
    const letters: string[] = [];
    for await (const record of log.read({ topic: "dead-letters" })) {
      letters.push(`${record.headers["ce_type"]} ${record.headers["dlq-code"]}`);
    }
    expect(letters).toEqual(["mmm.TrainingRefused not_found"]);
  });

  it("proposes without a warrant, or with another's: not cleared, and recorded", async () => {
    const { log, trained, speak, startAllBut } = await stage(open);
    await startAllBut();
    await request(log, "s1", ONE);
    await until(log, "s1", "ProposalRouted");
    const [baseline] = await recordsOf(log, "ds-outputs", "ProposalMade");
    const old = baseline?.headers["mmm-warrant"] ?? "";
    expect(old).not.toBe("");
    const data: EventData<"ProposalMade"> = {
      work_item: "w1",
      attempt: 1,
      proposal: "w1.1",
      author: "data_scientist",
      raw: `{"config":${PINNED.text},"reasoning":""}`,
      search_score: null,
      evaluations: 0,
      reasoner: BUILTIN_REASONER,
    };
    const own = { ...PINNED_WARRANT, baseline: EVIL.text, base: EVIL.text };
    for (const attachments of [
      {},
      { warrant: old },
      { warrant: signWarrant(own, attacker) },
      { warrant: signWarrant(own, TEST_KEYS.guard) },
    ] satisfies readonly Attachments[]) {
      const event: Event = { type: "ProposalMade", data };
      await inject(log, TOPICS.dsOutputs, event, { attachments, producer: "data-scientist" });
    }
    // The session waits for the Data Scientist's answer: a verdict on anything else is refused.
    const said = (events: readonly Recorded[]) =>
      refusalsIn(events).map(({ event_type }) => event_type);
    const wanted = ["ProposalVetoed", "ProposalVetoed", "GuardFailed", "GuardFailed"];
    await untilSo(log, (events) => {
      const types = said(events);
      return wanted.every((type) => types.filter((one) => one === type).length === 2);
    });
    const vetoes = await recordsOf(log, "vetoes", "ProposalVetoed");
    expect(vetoes).toHaveLength(2);
    for (const { value } of vetoes) {
      expect(decodeEvent(value!)).toMatchObject({
        data: { layer: "system", violations: [{ code: "clearance_refused" }] },
      });
    }
    speak();
    await expectGoodEnd(log, trained);
  });
});
