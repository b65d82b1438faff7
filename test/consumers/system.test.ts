import { afterEach, describe, expect, it } from "vitest";
import { createEnvelope, createEventRecord } from "../../producers/publish.ts";
import { sendToInbox } from "../../producers/request.ts";
import { signClearance } from "../../guard/tokens/clearance.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { encodeEvent } from "../../schemas/codec.ts";
import { deriveEventId, deriveSessionId, type Event } from "../../schemas/event.ts";
import { BUILTIN_REASONER } from "../../schemas/parts.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { computeHistoryDigest, createManifest, verifyExport } from "../../session/audit.ts";
import { replay } from "../../session/evolve.ts";
import type { EventLog } from "../../session/ports.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import {
  collectFaults,
  eventsOf,
  inputOf,
  instantTraining,
  request,
  startSystem,
  TEST_KEYS,
  until,
} from "../support/system.ts";

const opened: TestBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

/** A fresh log and store of a kind, closed after the test. */
async function fresh(open: () => Promise<TestBackend> = openMemory) {
  const backend = await open();
  opened.push(backend);
  return { ...backend, observer: collectFaults() };
}

const openMemory = BACKENDS[0]!.open;

async function countOf(log: EventLog, topic: string): Promise<number> {
  let count = 0;
  for await (const _record of log.read({ topic })) count += 1;
  return count;
}

describe.each(BACKENDS)("a session on $name", ({ open }) => {
  it("runs through its phases to a sealed, verifiable end", async () => {
    const parts = await fresh(open);
    const system = await startSystem(parts);
    await request(parts.log, "s1");
    const entries = await until(parts.log, "s1");
    await system.stop();
    expect(parts.observer.failures).toEqual([]);
    expect(parts.observer.deadLetters).toEqual([]);
    const state = replay(eventsOf(entries));
    expect(state).toMatchObject({ status: "completed", decision: "approve", iteration: 3 });
    expect(state?.accepted?.methodology_digest).toBe(state?.baseline?.methodology_digest);
    const lines = [
      ...entries.map((entry) => entry.line),
      { manifest: createManifest("s1", entries) },
    ];
    expect(verifyExport(lines).fault).toBeNull();
  });

  it("has the same history digest for the same seed, whatever runs beside it", async () => {
    const parts = await fresh(open);
    const system = await startSystem(parts);
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    await Promise.all(names.map((name) => request(parts.log, name)));
    const digests = await Promise.all(
      names.map(async (name) => computeHistoryDigest(eventsOf(await until(parts.log, name)))),
    );
    await system.stop();
    expect(new Set(digests).size).toBe(1);
  });

  it("leaves a snapshot that equals the fold of its history", async () => {
    const parts = await fresh(open);
    const system = await startSystem(parts);
    await request(parts.log, "s1");
    const entries = await until(parts.log, "s1");
    await system.stop();
    const snapshot = await parts.snapshots.load("s1");
    expect(JSON.parse(snapshot?.state ?? "")).toEqual(replay(eventsOf(entries)));
    expect(snapshot).toMatchObject({ seq: entries.length, head: entries.at(-1)?.line.hash });
  });

  it("goes on where a stopped system left it, also without any snapshot", async () => {
    for (const keep of [true, false]) {
      const parts = await fresh(open);
      const first = await startSystem({ ...parts, without: ["trainer"] });
      await request(parts.log, "s1");
      await until(parts.log, "s1", "TrainingRequested");
      await first.stop();
      if (!keep)
        for (let at = 0; at < parts.log.partitions; at += 1) await parts.snapshots.clear(at);
      const { snapshots } = parts;
      const second = await startSystem({ ...parts, snapshots });
      const entries = await until(parts.log, "s1");
      await second.stop();
      expect(entries.map((entry) => entry.line.seq)).toEqual(entries.map((_, index) => index + 1));
      expect(parts.observer.failures).toEqual([]);
    }
  });

  it("gives the same history when every agent answers twice", async () => {
    const plain = await fresh(open);
    const calm = await startSystem(plain);
    await request(plain.log, "s1");
    const expected = computeHistoryDigest(eventsOf(await until(plain.log, "s1")));
    await calm.stop();
    const parts = await fresh(open);
    const twice: EventLog = {
      ...parts.log,
      get partitions() {
        return parts.log.partitions;
      },
      append: async (records) => {
        await parts.log.append(records);
        await parts.log.append(records);
      },
    };
    const system = await startSystem({ ...parts, log: twice });
    await request(parts.log, "s1");
    const digest = computeHistoryDigest(eventsOf(await until(parts.log, "s1")));
    await system.stop();
    expect(digest).toBe(expected);
  });
});

describe.each(BACKENDS)("a proposal that changes the methodology, on $name", ({ open }) => {
  const attack = (raw: string) => ({
    propose: async () => ({
      changes: JSON.parse(raw) as { path: string; to: number }[],
      reasoning: "a better curve",
      searchScore: null,
      evaluations: 0,
      note: BUILTIN_REASONER,
    }),
  });

  it("is vetoed, explained, climbs the ladder to a person and is never trained", async () => {
    const parts = await fresh(open);
    const trained: string[] = [];
    const training = {
      ...instantTraining,
      train: async (...args: Parameters<typeof instantTraining.train>) => {
        trained.push(args[0].adstock.type);
        return instantTraining.train(...args);
      },
    };
    const system = await startSystem({
      ...parts,
      training,
      reasoners: attack('[{"path":"adstock.max_lag_weeks","to":1}]'),
    });
    await request(parts.log, "s1");
    const entries = await until(parts.log, "s1", "EscalationRaised");
    const escalationSteps = eventsOf(entries).flatMap((event) =>
      event.type === "ProposalRejected" ? [event.data.next] : [],
    );
    expect(escalationSteps).toEqual(["originator", "alternative", "person"]);
    expect(trained).toHaveLength(1);
    expect(await countOf(parts.log, "vetoes")).toBe(3);
    expect(await countOf(parts.log, "escalations")).toBe(1);
    await sendToInbox(parts.log, inputOf("s1", "d1"), decision("e1", "abort"));
    const state = replay(eventsOf(await until(parts.log, "s1")));
    await system.stop();
    expect(state?.status).toBe("aborted");
  });

  it("cannot be lifted by a person's decision", async () => {
    const parts = await fresh(open);
    const system = await startSystem({
      ...parts,
      reasoners: attack('[{"path":"evaluation.folds","to":1}]'),
    });
    await request(parts.log, "s1");
    await until(parts.log, "s1", "EscalationRaised");
    await sendToInbox(parts.log, inputOf("s1", "d1"), decision("e1", "resume"));
    const state = await waitFor(
      parts.log,
      "s1",
      (events) => events.filter((event) => event.type === "EscalationRaised").length === 2,
    );
    await system.stop();
    expect(state?.accepted?.proposal).toBe("w0.1");
  });
});

function decision(escalation: string, choice: string): Event {
  return {
    type: "HumanDecided",
    data: { escalation, choice, instruction: "allow it", decided_by: "ann", reason: "I say so" },
  };
}

async function waitFor(
  log: EventLog,
  session: string,
  done: (events: readonly Event[]) => boolean,
) {
  const events = [];
  const signal = AbortSignal.timeout(20_000);
  for await (const record of log.read({ topic: "history", key: session, follow: true, signal })) {
    const { toHistoryEntry } = await import("../../session/audit.ts");
    events.push(toHistoryEntry(record).event);
    if (done(events)) return replay(events);
  }
  throw new Error("it did not happen");
}

describe.each(BACKENDS)("the trainer, on $name", ({ open }) => {
  async function trainingFor(tamper: {
    config?: string;
    clearance?: string;
    cause?: string;
    index?: number;
  }) {
    const parts = await fresh(open);
    const calls: unknown[] = [];
    const training = {
      ...instantTraining,
      train: async (...args: Parameters<typeof instantTraining.train>) => {
        calls.push(args);
        return instantTraining.train(...args);
      },
    };
    const system = await startSystem({ ...parts, training, without: ["coordinator"] });
    const config = tamper.config ?? "{}";
    const cause = tamper.cause ?? deriveSessionId("cause");
    const origin = {
      producer: "coordinator",
      session: "s1",
      businessUnit: "emea",
      cause,
      time: new Date().toISOString(),
    };
    const envelope = createEnvelope(origin, tamper.index ?? 0);
    const event: Event = {
      type: "TrainingRequested",
      data: { proposal: "w1.1", config_digest: computeSha256(config), seed: 1 },
    };
    const clearance = tamper.clearance ?? "";
    await parts.log.append([
      createEventRecord(TOPICS.training, event, envelope, { config, clearance }),
    ]);
    const answers: string[] = [];
    const signal = AbortSignal.timeout(5_000);
    for await (const record of parts.log.read({
      topic: "sessions",
      key: "s1",
      follow: true,
      signal,
    })) {
      answers.push(record.headers["ce_type"] ?? "");
      break;
    }
    await system.stop();
    return { answers, calls };
  }

  const clearance = (
    more: Partial<Parameters<typeof signClearance>[0]> = {},
    ring = TEST_KEYS.guard,
  ) =>
    signClearance(
      {
        session: "s1",
        proposal: "w1.1",
        config_digest: computeSha256("{}"),
        methodology_digest: computeSha256("m"),
        spec_digest: SPECIFICATION_SHIPPED.digest,
        ...more,
      },
      ring,
    );

  it("refuses what is written to its topic without, or with a forged, foreign or replayed clearance", async () => {
    for (const [name, tamper] of Object.entries({
      none: {},
      rubbish: { clearance: "a.b.c" },
      "another key": { clearance: clearance({}, TEST_KEYS.coordinator) },
      "another session": { clearance: clearance({ session: "s2" }) },
      "another proposal": { clearance: clearance({ proposal: "w1.2" }) },
      "an altered configuration": { clearance: clearance(), config: '{"a":1}' },
      "another specification": { clearance: clearance({ spec_digest: computeSha256("x") }) },
      "an id that does not follow": { clearance: clearance(), index: 99 },
    })) {
      const { answers, calls } = await trainingFor(tamper);
      expect(answers, name).toEqual(["mmm.TrainingRefused"]);
      expect(calls, name).toEqual([]);
    }
  });
});

describe.each(BACKENDS)("poison on a topic, on $name", ({ open }) => {
  it("becomes a dead letter with its bytes and place, and the consumer lives", async () => {
    const parts = await fresh(open);
    const system = await startSystem(parts);
    const good = createEventRecord(
      TOPICS.sessions,
      {
        type: "HumanDecided",
        data: { escalation: "e", choice: "x", instruction: null, decided_by: "", reason: "" },
      },
      {
        id: deriveEventId(deriveSessionId("a"), "t", 0),
        session: "s9",
        business_unit: "b",
        cause: deriveSessionId("a"),
        producer: "t",
        time: new Date().toISOString(),
      },
    );
    await parts.log.append([
      { topic: "sessions", key: "s1", value: Buffer.from("not avro"), headers: {} },
      {
        topic: "ds-outputs",
        key: "s1",
        value: encodeEvent({ type: "SessionCancelled", data: { by: "", reason: "" } }),
        headers: {},
      },
      { ...good, key: "another" },
      good,
    ]);
    await request(parts.log, "s1");
    await until(parts.log, "s1");
    const letters = [];
    for await (const record of parts.log.read({ topic: "dead-letters" })) {
      letters.push([record.headers["dlq-topic"], record.headers["dlq-code"]]);
    }
    await system.stop();
    expect(letters.map((letter) => letter.join(" ")).toSorted()).toEqual([
      "ds-outputs record_undecodable",
      "sessions not_found",
      "sessions record_undecodable",
      "sessions record_undecodable",
    ]);
  });
});
