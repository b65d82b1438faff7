import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import { openSqliteState } from "../../../infra/sqlite/state.ts";
import type { Running } from "../../../consumers/loop/run-consumer.ts";
import { nameSessionLedger } from "../../../agents/claude/budget.ts";
import type { CallRecord } from "../../../agents/claude/paid-calls.ts";
import { loadPrompts } from "../../../agents/claude/prompts.ts";
import { withClaude } from "../../../agents/claude/reasoners.ts";
import { readTranscript } from "../../../agents/claude/transcript.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeHistoryDigest, type HistoryEntry } from "../../../session/audit.ts";
import { replay } from "../../../session/evolve.ts";
import type { EventLog, StateStore } from "../../../session/ports.ts";
import { TOPICS } from "../../../schemas/topics.ts";
import type { ReasonerNote } from "../../../schemas/parts.ts";
import {
  API_FAULTS,
  KEY,
  ledgerEnd,
  exampleTraining,
  loadExample,
  plainAnswer,
  roleOf,
  startClaudeSystem,
  type ClaudeSystemOptions,
} from "../../support/claude/system.ts";
import {
  fails,
  says,
  startMessagesApi,
  type Asked,
  type MessagesApi,
  type Reply,
  type Script,
} from "../../support/claude/messages-api.ts";
import { LIMITS } from "../../support/given.ts";
import { recordedModel } from "../../support/recorded.ts";
import { scriptedClaude } from "../../support/claude/claude.ts";
import {
  collectFaults,
  eventsOf,
  request,
  scriptedReasoners,
  startSystem,
  until,
} from "../../support/system.ts";

interface Place {
  readonly log: EventLog;
  readonly snapshots: StateStore;
  /** All that is stored, as text to search in. */
  dump(): Promise<string>;
}

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** One row per log that sessions run on; the Kafka rows join where servers are. */
const PLACES: readonly { readonly name: string; readonly open: () => Promise<Place> }[] = [
  {
    name: "memory",
    open: async () => {
      const log = createMemoryLog({ partitions: 4, clock: systemClock });
      const snapshots = createMemorySnapshots();
      return { log, snapshots, dump: () => dumpLog(log) };
    },
  },
  {
    name: "sqlite",
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), "mmm-claude-"));
      const state = openSqliteState(folder, { partitions: 4, clock: systemClock });
      undo.push(async () => {
        await state.close();
        rmSync(folder, { recursive: true, force: true });
      });
      await state.log.ensureTopics();
      return {
        ...state,
        dump: async () =>
          (await dumpLog(state.log)) +
          readdirSync(folder)
            .map((name) => readFileSync(join(folder, name), "latin1"))
            .join("\n"),
      };
    },
  },
];

async function dumpLog(log: EventLog): Promise<string> {
  let text = "";
  for (const { topic } of Object.values(TOPICS)) {
    for await (const record of log.read({ topic })) {
      text += `${Buffer.from(record.value).toString("latin1")}${JSON.stringify(record.headers)}\n`;
    }
  }
  return text;
}

interface Ran {
  readonly entries: readonly HistoryEntry[];
  readonly place: Place;
  readonly api: MessagesApi;
  readonly observer: ReturnType<typeof collectFaults>;
}

interface Run extends Partial<Omit<ClaudeSystemOptions, "log" | "snapshots" | "api">> {
  readonly script: Script;
  readonly sessions?: readonly string[];
  readonly last?: Parameters<typeof until>[2];
  readonly iterations?: number;
}

/** Runs sessions to their end, or to an event of type `last`. */
async function run(open: () => Promise<Place>, options: Run): Promise<Ran> {
  const place = await open();
  const api = await startMessagesApi(options.script);
  undo.push(() => api.close());
  const observer = collectFaults();
  const system = await startClaudeSystem({ ...place, ...options, api, observer });
  const stop = onceStopped(system);
  undo.push(stop);
  const { sessions = ["s1"], last, iterations = 2 } = options;
  const limits = { ...LIMITS, max_iterations: iterations };
  await Promise.all(sessions.map((session) => request(place.log, session, { limits })));
  const all = await Promise.all(sessions.map((session) => until(place.log, session, last)));
  await stop();
  return { entries: all[0] ?? [], place, api, observer };
}

function onceStopped(system: Running): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  return () => (stopped ??= system.stop());
}

function notesOf(entries: readonly HistoryEntry[]): ReasonerNote[] {
  return entries.flatMap(({ event }) => {
    const { reasoner } = event.data as { reasoner?: ReasonerNote };
    return reasoner === undefined || reasoner.prompt_digest === null ? [] : [reasoner];
  });
}

function stateOf(entries: readonly HistoryEntry[]) {
  return replay(eventsOf(entries)) ?? expect.fail("no session");
}

/** Counts the tokens of every answer that was sent as a message. */
function counted(script: (asked: Asked) => Reply) {
  const sent = { input: 0, output: 0 };
  return {
    sent,
    script: (asked: Asked): Reply => {
      const reply = script(asked);
      if (reply.kind === "message") {
        sent.input += reply.usage.input_tokens;
        sent.output += reply.usage.output_tokens;
      }
      return reply;
    },
  };
}

/** Usage that tells requests apart. */
function answered(asked: Asked): Reply {
  const usage = { input_tokens: 1000 + asked.index, output_tokens: 100 + asked.index };
  return plainAnswer(asked, usage);
}

describe("a recording", () => {
  it("gives the same history again without a socket", async () => {
    const [memory] = PLACES;
    const { entries, place, api } = await run(memory?.open ?? expect.fail(), { script: answered });
    const records: CallRecord[] = [];
    for await (const one of readTranscript(place.snapshots, nameSessionLedger("s1")))
      records.push(one);
    expect(records).toHaveLength(api.asked.length);
    const model = recordedModel(records);
    const options = { signal: new AbortController().signal, timeoutMs: 1, conversation: "" };
    const claude = scriptedClaude({ script: (one) => model.complete(one, options) });
    const again = createMemoryLog({ partitions: 4, clock: systemClock });
    const reasoners = withClaude(scriptedReasoners, {
      ...claude,
      prompts: loadPrompts(),
      spec: SPECIFICATION_SHIPPED,
      load: loadExample,
    });
    const system = await startSystem({
      log: again,
      snapshots: claude.store,
      reasoners,
      training: exampleTraining,
    });
    undo.push(() => system.stop());
    await request(again, "s1", { limits: { ...LIMITS, max_iterations: 2 } });
    const replayed = await until(again, "s1");
    expect(computeHistoryDigest(eventsOf(replayed))).toBe(computeHistoryDigest(eventsOf(entries)));
  });
});

describe.each(PLACES)("sessions that think with Claude on $name", ({ open }) => {
  it("complete, with prompt, model and exact tokens of every answer in the history", async () => {
    const { script, sent } = counted(answered);
    const { entries, place, api, observer } = await run(open, { script });
    const state = stateOf(entries);
    expect(observer.failures).toEqual([]);
    expect(state).toMatchObject({ status: "completed", decision: "approve" });
    const notes = notesOf(entries);
    expect(notes).toHaveLength(api.asked.length);
    for (const note of notes) {
      expect(note).toMatchObject({ kind: "claude", model: "claude-sonnet-5-5", fallback: null });
      expect(note.prompt_digest).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(state.counters).toMatchObject({
      input_tokens: sent.input,
      output_tokens: sent.output,
    });
    const end = await ledgerEnd(place.snapshots, "s1");
    expect(end?.spent.tokens).toBe(sent.input + sent.output);
    expect(end?.spent.nanos).toBe(Math.round(state.counters.cost_usd * 1e9));
    expect(end?.open).toEqual({});
  });

  it.each(API_FAULTS)(
    "end right when the API is %s, with built-in answers and exact cost",
    async (_name, reply, kind) => {
      const { script, sent } = counted(() => reply);
      // Only a silent server needs the short time-out; it would cut others on a busy machine.
      const attempt_timeout_s = reply.kind === "hang" ? 0.05 : 5;
      const claude = { attempts_max: 2, attempt_timeout_s, breaker_failures: 0 };
      const { entries, place, observer } = await run(open, { script, claude, iterations: 1 });
      const state = stateOf(entries);
      expect(observer.failures).toEqual([]);
      expect(state).toMatchObject({ status: "completed", decision: "approve" });
      const notes = notesOf(entries);
      expect(notes.length).toBeGreaterThanOrEqual(3);
      for (const { kind: own, fallback } of notes) {
        expect(own).toBe("builtin");
        expect(fallback?.startsWith(`${kind}: `), fallback ?? "").toBe(true);
      }
      const tokens = sent.input + sent.output;
      expect(state.counters.input_tokens + state.counters.output_tokens).toBe(tokens);
      const end = await ledgerEnd(place.snapshots, "s1");
      expect(end).toMatchObject({ spent: { tokens }, open: {} });
    },
  );

  it("open the circuit when the API stays away, and say so in the history", async () => {
    const claude = { attempts_max: 2, breaker_failures: 3, breaker_cooldown_s: 60 };
    const { entries, api } = await run(open, { script: () => fails(500), claude });
    expect(stateOf(entries).status).toBe("completed");
    expect(api.asked).toHaveLength(3);
    expect(notesOf(entries).at(-1)?.fallback).toMatch(/^circuit_open: /);
  });

  it("get over single failures without a word to the history", async () => {
    const { script, sent } = counted((asked) =>
      asked.index % 3 === 0 ? fails(529) : answered(asked),
    );
    const { entries } = await run(open, { script });
    const state = stateOf(entries);
    expect(new Set(notesOf(entries).map(({ fallback }) => fallback))).toEqual(new Set([null]));
    expect(state.counters.input_tokens).toBe(sent.input);
  });

  it("go on with built-in reasoning when the session's budget is spent", async () => {
    const { script, sent } = counted(answered);
    const claude = { budgets: { session: { tokens: 20_000 } } };
    const { entries, place, api } = await run(open, { script, claude, iterations: 3 });
    const state = stateOf(entries);
    expect(state.status).toBe("completed");
    expect(api.asked.length).toBeGreaterThan(0);
    const kinds = notesOf(entries).map(({ fallback }) => fallback?.split(":")[0] ?? null);
    expect(new Set(kinds)).toEqual(new Set([null, "budget_exhausted"]));
    const end = await ledgerEnd(place.snapshots, "s1");
    expect(end?.spent.tokens).toBe(sent.input + sent.output);
    expect(end?.spent.tokens).toBeLessThanOrEqual(20_000);
  });

  it("share the business unit's budget, to the token", async () => {
    const { script, sent } = counted(answered);
    const claude = { budgets: { business_unit: { tokens: 60_000 } } };
    const sessions = ["a", "b", "c", "d"];
    const { place } = await run(open, { script, claude, sessions });
    const ends = await Promise.all(sessions.map((one) => ledgerEnd(place.snapshots, one)));
    const spent = ends.reduce((sum, end) => sum + (end?.spent.tokens ?? 0), 0);
    expect(spent).toBe(sent.input + sent.output);
    expect(spent).toBeLessThanOrEqual(60_000);
    expect(spent).toBeGreaterThan(0);
  });

  it.each([
    ["on_unavailable", () => fails(500), { breaker_failures: 0 }],
    ["on_exhausted", answered, { budgets: { session: { tokens: 1 } } }],
  ] satisfies [string, Script, object][])(
    "come to a person when %s says escalate",
    async (setting, script, more) => {
      const claude = { attempts_max: 1, [setting]: "escalate", ...more };
      const { entries } = await run(open, { script, claude, last: "EscalationRaised" });
      const { event } = entries.at(-1) ?? expect.fail();
      expect(event.data).toMatchObject({ reason: expect.stringMatching(/Claude gave/) as string });
    },
  );

  it("call nothing and use nothing new where calling is off", async () => {
    const { entries, api } = await run(open, { script: answered, callOut: false, judge: true });
    expect(stateOf(entries).status).toBe("completed");
    expect(api.asked).toHaveLength(0);
    for (const { fallback } of notesOf(entries)) expect(fallback).toMatch(/^offline: /);
  });

  it("pass nothing when the guard's judge gets no answer", async () => {
    const script: Script = (asked) =>
      roleOf(asked) === "one layer" ? fails(500) : answered(asked);
    const claude = { attempts_max: 1, breaker_failures: 0 };
    const { entries } = await run(open, { script, claude, judge: true });
    const types = entries.map(({ event }) => event.type);
    expect(types.filter((type) => type === "ProposalCleared")).toHaveLength(1);
    expect(types.filter((type) => type === "TrainingRequested")).toHaveLength(1);
    expect(types).not.toContain("ProposalVetoed");
    expect(stateOf(entries)).toMatchObject({
      status: "failed",
      stopped_because: expect.stringMatching(/^the guard could not judge: Claude/),
    });
  });

  it("judge every proposal's words with Claude where a key is set", async () => {
    const { entries, api } = await run(open, { script: answered, judge: true });
    expect(stateOf(entries).status).toBe("completed");
    const judged = api.asked.filter((asked) => roleOf(asked) === "one layer");
    expect(judged.length).toBeGreaterThan(0);
    expect(judged[0]?.body.model).toBe("claude-haiku-5-5");
    expect(judged[0]?.body).not.toHaveProperty("tools");
  });

  it("never show the key: not in log, history, store or errors", async () => {
    const echo: Script = (asked) => {
      if (asked.index % 4 === 0)
        return {
          kind: "error",
          status: 401,
          type: "authentication_error",
          message: `invalid ${asked.authorization}`,
        };
      if (asked.index % 4 === 1) return says(`your key is ${asked.authorization}`);
      return answered(asked);
    };
    const { place, api, observer } = await run(open, { script: echo, sessions: ["s1", "s2"] });
    expect(api.asked[0]?.authorization).toBe(`Bearer ${KEY}`);
    const told = (await place.dump()) + observer.failures.map(String).join("\n");
    expect(told.length).toBeGreaterThan(10_000);
    expect(told.includes(KEY)).toBe(false);
    expect(told).toContain("[key]");
  });

  it("keep to the concurrency limit with many sessions", async () => {
    const slow: Script = async (asked) => {
      await systemClock.sleep(5);
      return answered(asked);
    };
    const sessions = Array.from({ length: 6 }, (_, index) => `s${index}`);
    const { api } = await run(open, { script: slow, sessions, claude: { concurrency: 3 } });
    expect(api.openMax).toBe(3);
  });

  it("take requests back when the process stops, and finish after a restart", async () => {
    const place = await open();
    const api = await startMessagesApi(() => ({ kind: "hang" }));
    undo.push(() => api.close());
    const first = await startClaudeSystem({ ...place, api });
    await request(place.log, "s1");
    await expect.poll(() => api.asked.length, { timeout: 10_000 }).toBe(1);
    await first.stop();
    await expect.poll(() => api.aborted).toBe(1);
    api.script = answered;
    const second = await startClaudeSystem({ ...place, api });
    const entries = await until(place.log, "s1");
    await second.stop();
    const notes = notesOf(entries);
    expect(new Set(notes.map(({ kind }) => kind))).toEqual(new Set(["claude"]));
  });
});
