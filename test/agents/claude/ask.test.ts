import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createClaudeAsk, type Question, type Toolbox } from "../../../agents/claude/ask.ts";
import type { Paid } from "../../../agents/claude/paid-calls.ts";
import { MmmError, type ErrorCode } from "../../../schemas/errors.ts";
import type { Completion } from "../../../session/language-model.ts";
import {
  asker,
  claudeSettings,
  scriptedClaude,
  text,
  type Scripted,
} from "../../support/claude/claude.ts";

const SCHEMA = z.strictObject({ n: z.number().min(0).max(10) });
type Answer = z.infer<typeof SCHEMA>;

function question(more: Partial<Question<Answer>> = {}): Question<Answer> {
  return {
    role: "stakeholder",
    asker: asker(),
    prompt: { system: "You count.", task: "Count.", digest: "d1" },
    schema: SCHEMA,
    ...more,
  };
}

async function ask(script: Scripted, more: Partial<Question<Answer>> = {}) {
  const { claude, requests } = scriptedClaude({ script });
  return { outcome: await claude.ask(question(more)), requests };
}

function sequence(...completions: readonly Completion[]): Scripted {
  return (_request, index) => completions[index] ?? expect.fail(`request ${index}`);
}

function calls(name: string, input: unknown): Completion {
  return text("", { content: [{ type: "tool_use", id: "t1", name, input }], stop: "tool_use" });
}

describe("a question to Claude", () => {
  it("gives a checked answer with what it cost", async () => {
    const { outcome } = await ask(sequence(text({ n: 3 })));
    expect(outcome).toEqual({
      answer: { n: 3 },
      failure: null,
      note: {
        kind: "claude",
        model: "claude-sonnet-5-5",
        prompt_digest: "d1",
        input_tokens: 1000,
        output_tokens: 200,
        cost_usd: 0.004,
        fallback: null,
      },
    });
  });

  it.each([
    ["not JSON", text("I think three."), "malformed"],
    ["of another shape", text({ m: 3 }), "malformed"],
    ["out of a range that only zod knows", text({ n: 11 }), "malformed"],
    ["with a key too many", text({ n: 1, extra: true }), "malformed"],
  ])("repairs an answer that is %s once, then fails", async (_name, wrong, kind) => {
    const mended = await ask(sequence(wrong, text({ n: 2 })));
    expect(mended.outcome.answer).toEqual({ n: 2 });
    expect(mended.outcome.note.input_tokens).toBe(2000);
    const complaint = mended.requests[1]?.turns.at(-1)?.content[0];
    expect(complaint).toMatchObject({ text: expect.stringContaining("not accepted") as string });
    const failed = await ask(sequence(wrong, wrong));
    expect(failed.outcome).toMatchObject({ answer: null, failure: { kind } });
    expect(failed.outcome.note.input_tokens).toBe(2000);
  });

  it("holds an answer to our own rules", async () => {
    const check = ({ n }: Answer) => (n === 7 ? ["seven is taken"] : []);
    const { outcome, requests } = await ask(sequence(text({ n: 7 }), text({ n: 7 })), { check });
    expect(outcome.failure).toEqual({ kind: "rejected", detail: "seven is taken" });
    expect(JSON.stringify(requests[1]?.turns.at(-1))).toContain("seven is taken");
  });

  it.each([
    ["refusal", text("", { content: [], stop: "refusal", stopDetail: "frontier_llm" })],
    ["cut", text('{"n":', { stop: "cut" })],
    ["context_full", text("", { stop: "context_full" })],
    ["empty", text("", { content: [] })],
    ["empty", text("  \n")],
    ["malformed", text({ n: 1 }, { stop: "other", stopDetail: "pause_turn" })],
  ])("fails as %s without trying again, and keeps the cost", async (kind, completion) => {
    const { outcome, requests } = await ask(sequence(completion));
    expect(outcome).toMatchObject({ answer: null, failure: { kind } });
    expect(outcome.note.input_tokens).toBe(1000);
    expect(requests).toHaveLength(1);
  });

  it.each<[ErrorCode, Record<string, unknown>, string]>([
    ["overloaded", {}, "unavailable"],
    ["timeout", {}, "unavailable"],
    ["reasoner_unavailable", {}, "unavailable"],
    ["reasoner_failed", { circuit: "open" }, "circuit_open"],
    ["reasoner_failed", { status: 400 }, "bad_request"],
    ["budget_exhausted", {}, "budget_exhausted"],
  ])("tells of %s %o as %s", async (code, data, kind) => {
    const { outcome } = await ask(() => {
      throw new MmmError(code, "scripted", { data });
    });
    expect(outcome.failure?.kind).toBe(kind);
    expect(outcome.note.input_tokens).toBe(0);
  });

  it("ends as unavailable when the whole question takes too long", async () => {
    const script: Scripted = (_request, index) =>
      index === 0 ? text("no JSON") : new Promise(() => {});
    const { paid, settings } = scriptedClaude({ script });
    const abandoned: Paid = (by, request) =>
      Promise.race([
        paid(by, request),
        new Promise<never>((_resolve, reject) => {
          by.signal.addEventListener("abort", () => reject(by.signal.reason as Error));
        }),
      ]);
    const claude = createClaudeAsk(abandoned, settings.roles, 30);
    const outcome = await claude.ask(question());
    expect(outcome.failure).toEqual({ kind: "unavailable", detail: "no answer within 0.03 s" });
    expect(outcome.note.input_tokens).toBe(1000);
  });

  it("throws what is our own store's fault, and cancellations", async () => {
    const down = () => {
      throw new MmmError("snapshot_unavailable", "store down");
    };
    await expect(ask(down)).rejects.toMatchObject({ code: "snapshot_unavailable" });
    const stop = new AbortController();
    const stopping: Scripted = () => {
      stop.abort(new Error("stopped"));
      throw new MmmError("timeout", "too late");
    };
    const asked = { ...asker(), signal: stop.signal };
    await expect(ask(stopping, { asker: asked })).rejects.toThrow("stopped");
  });
});

describe("a question with tools", () => {
  function toolbox(limits: Record<string, number> = {}): Toolbox & { readonly ran: unknown[] } {
    const ran: unknown[] = [];
    return {
      ran,
      tools: [{ name: "look", description: "looks", input: { type: "object" } }],
      run: (name, input) => {
        if (name !== "look") throw new MmmError("usage", "there is no such tool");
        ran.push(input);
        return "42";
      },
      limits: { ...claudeSettings().tools, ...limits },
    };
  }

  it("runs them and hands results back, with the provider's own blocks untouched", async () => {
    const thinking = { type: "opaque" as const, value: { type: "thinking", signature: "x" } };
    const first = calls("look", { at: 1 });
    const script = sequence({ ...first, content: [thinking, ...first.content] }, text({ n: 4 }));
    const box = toolbox();
    const { outcome, requests } = await ask(script, { toolbox: box });
    expect(outcome.answer).toEqual({ n: 4 });
    expect(box.ran).toEqual([{ at: 1 }]);
    expect(requests[1]?.turns[1]?.content[0]).toEqual(thinking);
    expect(requests[1]?.turns[2]?.content).toEqual([
      { type: "tool_result", id: "t1", text: "42", failed: false },
    ]);
  });

  it("tells the model what went wrong in a tool", async () => {
    const script = sequence(calls("rm", {}), text({ n: 4 }));
    const { outcome, requests } = await ask(script, { toolbox: toolbox() });
    expect(outcome.answer).toEqual({ n: 4 });
    expect(requests[1]?.turns[2]?.content[0]).toMatchObject({ failed: true });
  });

  it.each([{ turns: 3 }, { tokens: 2400 }, { seconds: 0.02 }])(
    "asks for the answer when %o is reached",
    async (limit) => {
      let now = 0;
      const script: Scripted = (request) => {
        now += 10;
        return request.toolsAllowed ? calls("look", {}) : text({ n: 5 });
      };
      const { claude, requests } = scriptedClaude({ script, now: () => now });
      const outcome = await claude.ask(question({ toolbox: toolbox(limit) }));
      expect(outcome.answer).toEqual({ n: 5 });
      expect(requests.map((one) => one.toolsAllowed)).toEqual([true, true, false]);
    },
  );

  it("fails when a tool is called where none is allowed", async () => {
    const { outcome } = await ask(sequence(calls("look", {})));
    expect(outcome.failure?.kind).toBe("malformed");
    const late = await ask(() => calls("look", {}), { toolbox: toolbox({ turns: 2 }) });
    expect(late.outcome.failure?.kind).toBe("malformed");
    expect(late.requests).toHaveLength(2);
  });

  it("repeats its turns from the memo after a restart, and pays for the rest alone", async () => {
    const { claude, requests, store } = scriptedClaude({
      script: sequence(calls("look", { at: 1 }), text({ n: 6 })),
    });
    const first = await claude.ask(question({ toolbox: toolbox() }));
    const again = scriptedClaude({ script: () => expect.fail("asked again"), store, writer: "w2" });
    expect(await again.claude.ask(question({ toolbox: toolbox() }))).toEqual(first);
    expect(requests).toHaveLength(2);
  });
});
