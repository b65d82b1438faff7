import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nameSessionLedger } from "../../../agents/claude/budget.ts";
import { readStoredPrompt, readTranscript } from "../../../agents/claude/transcript.ts";
import { systemClock } from "../../../infra/clock.ts";
import { openSqliteState } from "../../../infra/sqlite/state.ts";
import { countTokens } from "../../../session/language-model.ts";
import type { StateStore } from "../../../session/ports.ts";
import { ledgerEnd, plainAnswer, roleOf } from "../../support/claude/system.ts";
import {
  callsTool,
  startMessagesApi,
  type Asked,
  type Reply,
} from "../../support/claude/messages-api.ts";
import { LIMITS } from "../../support/given.ts";
import { CONTEXT_TEXT, request, until } from "../../support/system.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "mmm-claude-kill-"));
const WORKER = new URL("../../support/claude/worker.ts", import.meta.url).pathname;
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const SESSIONS = ["k1", "k2", "k3"];

/** The Data Scientist looks before it answers, so that steps have several turns. */
function answer(asked: Asked): Reply {
  const usage = { input_tokens: 1000 + asked.index, output_tokens: 100 };
  const turns = asked.body.messages.length;
  if (roleOf(asked) === "the Data Scientist" && turns < 3) {
    return callsTool("evaluate", { candidates: [{ changes: [] }] }, usage);
  }
  return plainAnswer(asked, usage);
}

async function killed(worker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => worker.once("exit", resolve));
  worker.kill("SIGKILL");
  await gone;
}

function open() {
  return openSqliteState(FOLDER, { partitions: 4, clock: systemClock });
}

/** Which of the stand-in's answers are in the store, by the number of their request. */
async function stored(store: StateStore): Promise<number[]> {
  const found: number[] = [];
  for (const session of SESSIONS) {
    for await (const { completion } of readTranscript(store, nameSessionLedger(session))) {
      found.push(Number(completion.requestId?.replace("req_", "")));
    }
  }
  return found;
}

describe("a worker killed again and again", () => {
  it("repeats no request whose answer was stored, and books every stored answer once", async () => {
    const api = await startMessagesApi(async (asked) => {
      await systemClock.sleep(15);
      return answer(asked);
    });
    const first = open();
    await first.log.ensureTopics();
    const limits = { ...LIMITS, max_iterations: 2 };
    for (const session of SESSIONS) {
      // Sessions ask in different words, so that equal requests are repeated ones.
      const context = { ...(JSON.parse(CONTEXT_TEXT) as object), objective: `Goal of ${session}.` };
      const business_context = JSON.stringify(context);
      await request(first.log, session, { limits, business_context });
    }
    await first.close();
    const repeated: string[] = [];
    const known = new Set<string>();
    // On a slow disk little is stored between two kills: then there are more of them.
    for (let kill = 0; kill < 4 || (known.size <= 5 && kill < 12); kill += 1) {
      const before = api.asked.length;
      const worker = spawn(process.execPath, [WORKER, FOLDER, api.url], { stdio: "pipe" });
      await expect
        .poll(() => api.asked.length, { timeout: 30_000, interval: 2 })
        .toBeGreaterThanOrEqual(before + 3 + Math.min(kill, 3));
      await killed(worker);
      for (const { body } of api.asked.slice(before)) {
        const text = JSON.stringify(body);
        if (known.has(text)) repeated.push(text.slice(0, 200));
      }
      const state = open();
      for (const index of await stored(state.snapshots)) {
        known.add(JSON.stringify(api.asked[index]?.body));
      }
      await state.close();
    }
    expect(known.size).toBeGreaterThan(5);
    expect(repeated).toEqual([]);

    const last = spawn(process.execPath, [WORKER, FOLDER, api.url], { stdio: "pipe" });
    const from = api.asked.length;
    const state = open();
    const ends = await Promise.all(
      SESSIONS.map((session) => until(state.log, session, "SessionSealed", 60)),
    );
    await killed(last);
    for (const { body } of api.asked.slice(from)) {
      expect(known.has(JSON.stringify(body))).toBe(false);
    }
    expect(ends).toHaveLength(SESSIONS.length);
    await expectExact(state.snapshots);
    await state.close();
    await api.close();
  }, 120_000);

  /** The ledgers hold exactly the stored answers, each once. */
  async function expectExact(store: StateStore): Promise<void> {
    for (const session of SESSIONS) {
      let tokens = 0;
      const keys: string[] = [];
      for await (const record of readTranscript(store, nameSessionLedger(session))) {
        tokens += countTokens(record.completion.usage);
        keys.push(record.key);
        expect(await readStoredPrompt(store, record.prompt_digest)).toMatch(/^You are /);
      }
      expect(new Set(keys).size).toBe(keys.length);
      expect((await ledgerEnd(store, session))?.spent.tokens).toBe(tokens);
    }
  }
});
