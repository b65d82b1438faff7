import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, startBody, startHarness, startSession, untilStatus } from "./api-harness.ts";
import { BACKENDS } from "../support/backends.ts";
import { worldOn } from "./world.ts";
import { VERSION } from "./a2a-wire.ts";
import { apiKey, keyRow } from "./tokens.ts";

async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (chunk) => (said += chunk.toString()));
    socket.on("error", () => resolve(said));
    socket.on("close", () => resolve(said));
  });
}

describe("answers", () => {
  it("carry security headers, a request id and no cross-origin permission", async () => {
    const { url } = await startHarness({ system: false });
    const said = await call(`${url}/v1/sessions`, { headers: { origin: url } });
    const header = (name: string) => said.headers.get(name);
    expect(header("x-content-type-options")).toBe("nosniff");
    expect(header("content-security-policy")).toContain("default-src 'none'");
    expect(header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(header("access-control-allow-origin")).toBeNull();
    expect(header("x-powered-by")).toBeNull();
  });

  it("allow an origin that the settings name, and only that", async () => {
    const settings = { cors_origins: ["https://app.example"] };
    const { url } = await startHarness({ system: false, settings });
    const ask = async (origin: string) =>
      (await call(`${url}/v1/sessions`, { headers: { origin } })).headers.get(
        "access-control-allow-origin",
      );
    expect(await ask("https://app.example")).toBe("https://app.example");
    expect(await ask("https://evil.example")).not.toBe("https://evil.example");
  });

  it("of refusals are problem documents that name the request and hide the inside", async () => {
    const failing = async () => {
      throw new Error("secret path /var/lib/x");
    };
    const { url } = await startHarness({ system: false, tools: { checkProposal: failing } });
    const body = { baseline: {}, proposal: "{}" };
    const said = await call(`${url}/v1/guard/check`, { body });
    expect(said.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(said.json).toMatchObject({ status: 500, code: "internal", title: "internal" });
    expect(JSON.stringify(said.json)).not.toContain("secret");
    expect(said.json["instance"]).toBe(`urn:uuid:${said.headers.get("x-request-id")}`);
  });
});

describe("a method that a path does not take", () => {
  it("is told which it takes; an unknown path is unknown for all", async () => {
    const { url } = await startHarness({ system: false });
    const cases: [string, string, string][] = [
      ["PUT", "/v1/sessions", "GET, POST"],
      ["DELETE", "/v1/sessions/abc", "GET"],
      ["PATCH", "/v1/sessions/abc/cancel?x=1", "POST"],
      ["GET", "/v1/data", "POST"],
    ];
    for (const [method, path, allow] of cases) {
      const said = await call(`${url}${path}`, { method });
      expect([path, said.status, said.headers.get("allow")]).toEqual([path, 405, allow]);
      expect(said.json).toMatchObject({ code: "usage", status: 405 });
    }
    const unknown = await call(`${url}/v1/nothing`, { method: "PUT" });
    expect([unknown.status, unknown.headers.get("allow")]).toEqual([404, null]);
  });
});

describe("a caller", () => {
  it("that asks too often is told when to come back", async () => {
    const settings = { limits: { requests_per_minute: 3 } };
    const { url } = await startHarness({ system: false, settings });
    const statuses = [];
    for (let count = 0; count < 5; count += 1) {
      const said = await call(`${url}/v1/sessions`);
      statuses.push(said.status);
      if (said.status === 429) expect(Number(said.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await call(`${url}/health`)).status).toBe(200);
  });

  it("that fails to log in too often is slowed down, and holds up nobody at the same address", async () => {
    const settings = {
      keys: [keyRow("good", ["read"], "all")],
      limits: { failures_per_minute: 2 },
    };
    const { url } = await startHarness({ system: false, settings });
    const status = async (headers: Record<string, string>) =>
      (await call(`${url}/v1/sessions`, { headers })).status;
    const wrong = [];
    for (let count = 0; count < 4; count += 1) wrong.push(await status(apiKey("bad")));
    expect(wrong).toEqual([401, 401, 429, 429]);
    expect(await status(apiKey("good"))).toBe(200);
  });
});

describe("a body", () => {
  const post = async (url: string, body: string, type = "application/json") =>
    fetch(`${url}/v1/sessions`, { method: "POST", headers: { "content-type": type }, body });

  it("that is too large, too deep, too many, or reaches for prototypes is refused", async () => {
    const { url } = await startHarness({
      system: false,
      settings: { limits: { body_bytes: 5_000_000 } },
    });
    const deep = `${'{"a":'.repeat(100)}1${"}".repeat(100)}`;
    const cases: [string, number][] = [
      [`{"x":"${"y".repeat(5_100_000)}"}`, 413],
      [deep, 400],
      [`[${"0,".repeat(250_000)}0]`, 400],
      ['{"__proto__":{"admin":true}}', 400],
      ['{"baseline":{"constructor":{}}}', 400],
      ["{", 400],
      ["", 400],
      ["\ufeff{}", 400],
    ];
    for (const [body, status] of cases) {
      const said = await post(url, body);
      expect([body.slice(0, 30), said.status]).toEqual([body.slice(0, 30), status]);
      expect(said.headers.get("content-type")).toMatch(/problem\+json/);
      await said.body?.cancel();
    }
    expect((await post(url, "a=b", "application/x-www-form-urlencoded")).status).toBe(415);
  });

  it("with an idempotency key of strange characters is refused", async () => {
    const { url } = await startHarness({ system: false });
    for (const key of ["a b", "", "ä", "x".repeat(201)]) {
      const headers = { "idempotency-key": Buffer.from(key, "utf8").toString("latin1") };
      const said = await call(`${url}/v1/sessions`, { body: startBody(), headers });
      expect([key, said.status]).toEqual([key, 400]);
    }
  });
});

describe.each(BACKENDS)("on $name", ({ name, open }) => {
  const world = worldOn(open);

  it("a caller that holds too many streams gets no further one", async () => {
    const settings = { limits: { streams_per_caller: 2 } };
    const { url, unit } = await world.serve({
      settings,
      reasoners: { propose: () => new Promise(() => {}) },
    });
    const session = await startSession(url, unit);
    await untilStatus(url, session, ["running"]);
    const open = () => fetch(`${url}/v1/sessions/${session}/events`);
    const [a, b, c] = [await open(), await open(), await open()];
    expect([a.status, b.status, c.status]).toEqual([200, 200, 429]);
    await a.body?.cancel();
    for (let tries = 0; tries < 100; tries += 1) {
      const again = await open();
      await again.body?.cancel();
      if (again.status === 200) return;
    }
    expect.unreachable("a closed stream gives its place back");
  });

  it("a caller that sends its request byte by byte is cut off, and others are served meanwhile", async () => {
    const settings = { limits: { request_timeout_ms: 300 } };
    const { url } = await world.serve({ settings });
    const slow = raw(url, "POST /v1/sessions HTTP/1.1\r\nhost: localhost\r\ncontent-le");
    const slowBody = raw(
      url,
      "POST /v1/sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    );
    expect((await call(`${url}/health`)).status).toBe(200);
    expect(await slow).toMatch(/408|^$/);
    expect(await slowBody).toMatch(/408|^$/);
  });

  it("a body of any shape never makes the server fail: fuzzed on every route that takes one", async () => {
    const { url, api, failures, unit } = await world.serve({
      settings: { limits: { requests_per_minute: 100_000 } },
    });
    const targets = api.routes.filter(({ method }) => method === "POST");
    const paths = targets.map(({ path }) => path.replaceAll(/\{\w+\}/g, "x"));
    const json = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.record(
        {
          jsonrpc: fc.constant("2.0"),
          method: fc.constantFrom(
            "SendMessage",
            "GetTask",
            "ListTasks",
            "SubscribeToTask",
            "toString",
            "constructor",
          ),
          params: fc.jsonValue({ maxDepth: 4 }),
          id: fc.jsonValue({ maxDepth: 1 }),
        },
        { requiredKeys: ["jsonrpc", "method"] },
      ),
      fc.record({
        message: fc.record({
          messageId: fc.string(),
          role: fc.constant("ROLE_USER"),
          parts: fc.array(
            fc.oneof(fc.record({ text: fc.string() }), fc.record({ data: fc.jsonValue() })),
          ),
        }),
      }),
      fc.jsonValue().map((value) => ({ ...startBody(unit), limits: value })),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), json, async (path, body) => {
        const response = await fetch(`${url}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...VERSION },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(3_000),
        });
        const text = await response.text();
        expect([path, response.status, text.slice(0, 200)]).not.toContain(500);
        expect(text).not.toMatch(/\n\s+at /);
        expect(text).not.toContain('"code":-32603');
      }),
      {
        numRuns: name === "memory" ? 400 : 150,
        // Names that every object has: once read as rows of a table.
        examples: ["toString", "constructor", "__proto__"].map((method): [string, object] => [
          "/a2a",
          { jsonrpc: "2.0", method },
        ]),
      },
    );
    expect(failures).toEqual([]);
  }, 60_000);
});

describe("the description", () => {
  it("is OpenAPI 3.1 of every route, with parameters, bodies and problems", async () => {
    const { url, api } = await startHarness({ system: false });
    const { json } = await call(`${url}/openapi.json`);
    expect(json["openapi"]).toBe("3.1.0");
    const paths = json["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    const shown = api.routes.filter(({ hidden }) => hidden !== true);
    for (const { path, method, name } of shown) {
      const operation = paths[path]?.[method.toLowerCase()];
      expect([path, operation?.["operationId"]]).toEqual([path, name]);
      expect(operation?.["responses"]).toHaveProperty("default");
    }
    const start = paths["/v1/sessions"]?.["post"] as { requestBody: { content: object } };
    expect(JSON.stringify(start.requestBody)).toContain("business_context");
    const names = new Set(shown.map(({ name }) => name));
    expect(names.size).toBe(shown.length);
  });
});
