/**
 * Sessions that think with Claude on Kafka and Redis: one system, every fault of the API at once,
 * each in a session of its own.
 */
import { afterAll, describe, expect, it } from "vitest";
import { replay } from "../../session/evolve.ts";
import type { ReasonerNote } from "../../schemas/parts.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { API_FAULTS, ledgerEnd, plainAnswer, startClaudeSystem } from "../support/claude/system.ts";
import { LIMITS } from "../support/given.ts";
import { startMessagesApi, type Asked, type Reply } from "../support/claude/messages-api.ts";
import { collectFaults, CONTEXT_TEXT, eventsOf, request, until } from "../support/system.ts";

const undo: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

interface Case {
  readonly session: string;
  readonly reply: Reply | null;
  readonly kind: string | null;
}

const CASES: readonly Case[] = [
  { session: "well", reply: null, kind: null },
  ...API_FAULTS.map(([, reply, kind], index) => ({ session: `f${index}`, reply, kind })),
];

/** The session that asks, by the goal that its business context names. */
function caseOf(asked: Asked): Case {
  const name = /Goal of (\w+)\./.exec(JSON.stringify(asked.body.messages))?.[1];
  return CASES.find(({ session }) => session === name) ?? expect.fail(`no session in a request`);
}

async function backend(): Promise<TestBackend> {
  const found = BACKENDS.find(({ name }) => name === "Kafka and Redis") ?? expect.fail();
  const opened = await found.open();
  undo.push(() => opened.close());
  return opened;
}

describe("sessions that think with Claude on Kafka and Redis", () => {
  it("end right whatever the API does, with cost exact to the token", async () => {
    const { log, snapshots } = await backend();
    const sent = new Map<string, number>();
    const api = await startMessagesApi((asked) => {
      const { session, reply } = caseOf(asked);
      const answer = reply ?? plainAnswer(asked);
      if (answer.kind === "message") {
        const { input_tokens, output_tokens } = answer.usage;
        sent.set(session, (sent.get(session) ?? 0) + input_tokens + output_tokens);
      }
      return answer;
    });
    undo.push(() => api.close());
    const observer = collectFaults();
    const claude = { attempts_max: 2, attempt_timeout_s: 3, breaker_failures: 0 };
    const system = await startClaudeSystem({ log, snapshots, api, observer, claude });
    undo.push(() => system.stop());
    const limits = { ...LIMITS, max_iterations: 1, agent_timeout_s: 0 };
    for (const { session } of CASES) {
      const context = { ...(JSON.parse(CONTEXT_TEXT) as object), objective: `Goal of ${session}.` };
      await request(log, session, { limits, business_context: JSON.stringify(context) });
    }
    await Promise.all(
      CASES.map(async ({ session, kind }) => {
        const entries = await until(log, session, "SessionSealed", 100);
        const state = replay(eventsOf(entries));
        expect(state, session).toMatchObject({ status: "completed", decision: "approve" });
        const kinds = entries.flatMap(({ event }) => {
          const { reasoner } = event.data as { reasoner?: ReasonerNote };
          if (reasoner === undefined || reasoner.prompt_digest === null) return [];
          return [reasoner.fallback?.split(":")[0] ?? null];
        });
        expect(kinds.length, session).toBeGreaterThanOrEqual(3);
        expect(new Set(kinds), session).toEqual(new Set([kind]));
        const tokens = sent.get(session) ?? 0;
        const counters = state?.counters;
        expect((counters?.input_tokens ?? 0) + (counters?.output_tokens ?? 0)).toBe(tokens);
        expect(await ledgerEnd(snapshots, session)).toMatchObject({ spent: { tokens }, open: {} });
      }),
    );
    expect(observer.failures).toEqual([]);
  }, 180_000);
});
