import { afterEach, describe, expect, it } from "vitest";
import { createClaude } from "../../../infra/claude/claude.ts";
import type { LanguageModel, ModelRequest } from "../../../session/language-model.ts";
import {
  callsTool,
  cutOff,
  fails,
  refuses,
  says,
  startMessagesApi,
  type MessagesApi,
  type Reply,
} from "../../support/claude/messages-api.ts";

const KEY = "sk-ant-api03-not-a-real-key-0123456789";

const REQUEST: ModelRequest = {
  model: "claude-haiku-5-5",
  system: "You count.",
  turns: [{ role: "user", content: [{ type: "text", text: "one" }] }],
  tools: [],
  toolsAllowed: false,
  answer: {
    type: "object",
    properties: { n: { type: "number", minimum: 3 } },
    required: ["n"],
    additionalProperties: false,
  },
  maxTokens: 500,
  effort: "low",
};

let api: MessagesApi | null = null;
afterEach(async () => {
  await api?.close();
  api = null;
});

async function ask(reply: Reply, more: { stream?: boolean; timeoutMs?: number } = {}) {
  api = await startMessagesApi(() => reply);
  return complete(modelAt(api.url, more.stream ?? false), more.timeoutMs);
}

function modelAt(url: string, stream = false, apiKey: string | null = KEY): LanguageModel {
  return createClaude({ apiKey, baseUrl: url, stream, cacheTtl: "1h" });
}

function complete(model: LanguageModel, timeoutMs = 5000, signal = new AbortController().signal) {
  return model.complete(REQUEST, { signal, timeoutMs, conversation: "s1" });
}

describe.each([{ stream: false }, { stream: true }])("Claude with stream $stream", ({ stream }) => {
  it("returns text, usage, stop reason and model", async () => {
    const usage = { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 11 };
    const completion = await ask(says({ n: 4 }, usage), { stream });
    expect(completion).toMatchObject({
      content: [{ type: "text", text: '{"n":4}' }],
      stop: "end",
      model: "claude-haiku-5-5",
      usage: { input: 7, output: 3, cacheRead: 11, cacheWrite5m: 0, cacheWrite1h: 0 },
    });
  });

  it("returns tool calls and what only the provider understands", async () => {
    const completion = await ask(callsTool("evaluate", { candidates: [] }), { stream });
    expect(completion.stop).toBe("tool_use");
    expect(completion.content).toMatchObject([
      { type: "opaque", value: { type: "thinking", signature: "c2lnbmVk" } },
      { type: "tool_use", name: "evaluate", input: { candidates: [] } },
    ]);
  });

  it("returns a refusal as an answer with its usage and category", async () => {
    const completion = await ask(refuses("frontier_llm"), { stream });
    expect(completion).toMatchObject({ content: [], stop: "refusal", stopDetail: "frontier_llm" });
    expect(completion.usage.input).toBe(100);
  });

  it("returns a cut answer as cut", async () => {
    expect(await ask(cutOff(), { stream })).toMatchObject({ stop: "cut" });
  });

  it("gives up at the attempt's time-out and takes the request back", async () => {
    await expect(ask({ kind: "hang" }, { stream, timeoutMs: 60 })).rejects.toMatchObject({
      code: "timeout",
      retriable: true,
    });
    await expect.poll(() => api?.aborted).toBe(1);
  });

  it("calls a broken connection unavailable", async () => {
    const broken = ask({ kind: "drop", after: '{"id":"msg' }, { stream });
    await expect(broken).rejects.toMatchObject({ code: "reasoner_unavailable" });
  });
});

describe("Claude", () => {
  it("sends model, schema, effort, limit and a cached system prompt, and no sampling settings", async () => {
    await ask(says({ n: 4 }));
    const { body, authorization, headers } = api?.asked[0] ?? expect.fail();
    expect(body).toMatchObject({
      model: "claude-haiku-5-5",
      max_tokens: 500,
      system: [{ text: "You count.", cache_control: { type: "ephemeral", ttl: "1h" } }],
      output_config: { effort: "low", format: { type: "json_schema" } },
    });
    for (const name of ["temperature", "top_p", "top_k", "thinking", "tools", "tool_choice"]) {
      expect(body).not.toHaveProperty(name);
    }
    expect(authorization).toBe(`Bearer ${KEY}`);
    expect(headers["x-stainless-retry-count"]).toBe("0");
  });

  it("sends a schema in the subset that structured outputs take", async () => {
    await ask(says({ n: 4 }));
    const schema = api?.asked[0]?.body.output_config.format.schema;
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(JSON.stringify(schema)).not.toContain('"minimum":');
  });

  it("never tries twice by itself", async () => {
    await expect(ask(fails(500))).rejects.toMatchObject({ code: "reasoner_unavailable" });
    expect(api?.asked).toHaveLength(1);
  });

  it.each([
    [408, "timeout"],
    [409, "reasoner_unavailable"],
    [429, "overloaded"],
    [500, "reasoner_unavailable"],
    [503, "reasoner_unavailable"],
    [529, "overloaded"],
    [400, "reasoner_failed"],
    [401, "reasoner_failed"],
    [404, "reasoner_failed"],
    [413, "reasoner_failed"],
  ])("calls HTTP %i %s", async (status, code) => {
    await expect(ask(fails(status))).rejects.toMatchObject({ code, data: { status } });
  });

  it.each([
    [{ "retry-after": "3" }, 3000],
    [{ "retry-after-ms": "250" }, 250],
    [{}, null],
  ])("reads how long the server asks to wait: %o", async (headers, retryAfterMs) => {
    const given = ask(fails(429, headers as Record<string, string>));
    await expect(given).rejects.toMatchObject({ data: { retryAfterMs } });
  });

  it("reads a date to wait for", async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const error = await ask(fails(429, { "retry-after": inAMinute })).catch((e: unknown) => e);
    const { retryAfterMs } = (error as { data: { retryAfterMs: number } }).data;
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ["no JSON", { kind: "raw", body: "<html>proxy</html>", contentType: "text/html" }],
    ["half of a JSON", { kind: "raw", body: '{"id":"msg_1","content":[{"ty' }],
    ["another JSON", { kind: "raw", body: '{"hello":"world"}' }],
  ] satisfies [string, Reply][])("fails clearly on a body that is %s", async (_name, reply) => {
    await expect(ask(reply)).rejects.toMatchObject({ name: "MmmError" });
  });

  it("keeps the key out of errors even when the server says it back", async () => {
    const error = await ask({
      kind: "error",
      status: 401,
      type: "authentication_error",
      message: `bad key ${KEY} given`,
    }).catch((e: unknown) => e);
    const told = JSON.stringify([String(error), error, (error as Error).stack]);
    expect(told).not.toContain(KEY);
    expect(told).toContain("[key]");
  });

  it("passes a cancellation on as it is", async () => {
    api = await startMessagesApi(() => ({ kind: "hang" }));
    const stop = new AbortController();
    const waiting = complete(modelAt(api.url), 5000, stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 30);
    await expect(waiting).rejects.toThrow("stopped");
    await expect.poll(() => api?.aborted).toBe(1);
  });

  it("says that nothing listens there", async () => {
    api = await startMessagesApi(() => says({}));
    const { url } = api;
    await api.close();
    api = null;
    await expect(complete(modelAt(url))).rejects.toMatchObject({ code: "reasoner_unavailable" });
  });

  it("works without a key where a gateway adds it", async () => {
    api = await startMessagesApi(() => says({ n: 4 }));
    await complete(modelAt(api.url, false, null));
    expect(api.asked[0]?.authorization).toBe("Bearer added-by-gateway");
  });

  it("keeps declared tools when they may no longer be called", async () => {
    api = await startMessagesApi(() => says({ n: 4 }));
    const tools = [{ name: "t", description: "d", input: { type: "object", properties: {} } }];
    const options = {
      signal: new AbortController().signal,
      timeoutMs: 5000,
      conversation: "s1",
    };
    const model = modelAt(api.url);
    await model.complete({ ...REQUEST, tools, toolsAllowed: true }, options);
    await model.complete({ ...REQUEST, tools, toolsAllowed: false }, options);
    const choices = api.asked.map(({ body }) => body.tool_choice?.type);
    expect(choices).toEqual(["auto", "none"]);
    expect(api.asked.map(({ body }) => body.tools?.length)).toEqual([1, 1]);
  });
});
