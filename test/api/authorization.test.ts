import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../api/http/authenticate.ts";
import { SCOPES, type Scope } from "../../api/http/principal.ts";
import { API_SETTINGS } from "../../api/http/settings.ts";
import { BACKENDS } from "../support/backends.ts";
import { until } from "../support/system.ts";
import { call, startBody, startHarness, startSession, untilStatus } from "./api-harness.ts";
import { unsure, worldOn } from "./world.ts";
import { apiKey, bearer, createSigner, ISSUER, AUDIENCE, keyRow, tokenOf } from "./tokens.ts";

const KEYS = [
  ...SCOPES.map((scope) => keyRow(scope, [scope], ["emea"])),
  keyRow("everything", SCOPES, ["emea"]),
  keyRow("apac", SCOPES, ["apac"]),
  keyRow("both", SCOPES, ["apac", "emea"]),
];

/** The path with something in each parameter. */
function pathOf(path: string, session = "nope"): string {
  return path.replace("{session}", session).replaceAll(/\{\w+\}/g, "x");
}

const RPC: Readonly<Record<string, Scope>> = {
  GetTask: "read",
  ListTasks: "read",
  SubscribeToTask: "read",
  CancelTask: "operate",
  SendMessage: "start",
};

async function signed() {
  const signer = await createSigner();
  return { signer, jwt: { issuer: ISSUER, audience: AUDIENCE, keys: [signer.jwk] } };
}

describe.each(BACKENDS)("on $name", ({ open }) => {
  const world = worldOn(open);

  describe("every route", () => {
    it("is closed without credentials, but for health, readiness and the public card", async () => {
      const { url, api } = await world.serve({ settings: { keys: KEYS } });
      const open: string[] = [];
      for (const { method, path } of api.routes) {
        const said = await call(`${url}${pathOf(path)}`, { method });
        if (said.status === 401) expect(said.headers.get("www-authenticate")).toMatch(/Bearer/);
        else open.push(path);
      }
      expect(open.toSorted()).toEqual([
        "/.well-known/agent-card.json",
        "/.well-known/jwks.json",
        "/health",
        "/ready",
      ]);
    });

    it("takes exactly the scope it names: every scope against every route", async () => {
      const { url, api } = await world.serve({ settings: { keys: KEYS } });
      const cells: string[] = [];
      for (const { method, path, scope, hidden } of api.routes) {
        if (scope === "open" || hidden === true) continue;
        for (const held of SCOPES) {
          const said = await call(`${url}${pathOf(path)}`, { method, headers: apiKey(held) });
          const allowed = said.status !== 403 && said.status !== 401;
          cells.push(`${method} ${path} ${held}`);
          expect([`${method} ${path}`, held, allowed]).toEqual([
            `${method} ${path}`,
            held,
            scope === "any" || scope === held,
          ]);
        }
      }
      expect(cells.length).toBeGreaterThan(60);
    });

    it("hides the sessions of other business units: every route with a session", async () => {
      const { url, api } = await world.serve({ settings: { keys: KEYS } });
      const started = await call(`${url}/v1/sessions`, {
        body: startBody(),
        headers: apiKey("everything"),
      });
      const session = String(started.json["session"]);
      await untilStatus(url, session, ["completed"], apiKey("everything"));
      // Escalations have a test of their own: this session has none.
      const routes = api.routes.filter(
        ({ path }) => path.includes("{session}") && !path.includes("{escalation}"),
      );
      expect(routes.length).toBeGreaterThan(7);
      const decision = { escalation: "e1", choice: "abort", reason: "x" };
      const bodies: Record<string, unknown> = {
        propose: { text: "x" },
        decide: decision,
        cancelSession: {},
      };
      for (const { method, path, name } of routes) {
        const body = bodies[name];
        const ask = (key: string) =>
          call(`${url}${pathOf(path, session)}`, {
            method,
            headers: apiKey(key),
            ...(body === undefined ? {} : { body }),
          });
        expect([name, (await ask("apac")).status]).toEqual([name, 404]);
        expect([name, (await ask("both")).status]).not.toEqual([name, 404]);
      }
      const listed = await call(`${url}/v1/sessions`, { headers: apiKey("apac") });
      expect(listed.json["sessions"]).toEqual([]);
      const wanted = await call(`${url}/v1/sessions?business_unit=emea`, {
        headers: apiKey("apac"),
      });
      expect(wanted.json["sessions"]).toEqual([]);
      const intake = await call(`${url}/v1/intake`, { headers: apiKey("apac") });
      expect(intake.json["business_units"]).toEqual([]);
    });

    it("hides the escalations of other business units", async () => {
      const { url } = await world.serve({ settings: { keys: KEYS }, route: unsure });
      const everything = apiKey("everything");
      const started = await call(`${url}/v1/sessions`, { body: startBody(), headers: everything });
      const session = String(started.json["session"]);
      await untilStatus(url, session, ["waiting"], everything);
      const one = async (key: string) => {
        const path = `/v1/sessions/${session}/escalations/e1`;
        return (await call(`${url}${path}`, { headers: apiKey(key) })).status;
      };
      expect([await one("apac"), await one("both")]).toEqual([404, 200]);
    });

    it("starts nothing for another business unit", async () => {
      const { url } = await world.serve({ settings: { keys: KEYS } });
      const said = await call(`${url}/v1/sessions`, {
        body: startBody("emea"),
        headers: apiKey("apac"),
      });
      expect(said).toMatchObject({ status: 403, json: { code: "unauthorized" } });
    });
  });

  describe("every A2A operation", () => {
    it("needs its scope", async () => {
      const { url } = await world.serve({ settings: { keys: KEYS } });
      for (const [method, scope] of Object.entries(RPC)) {
        for (const held of SCOPES) {
          const message = {
            messageId: randomUUID(),
            role: "ROLE_USER",
            parts: [{ data: startBody() }],
          };
          const params =
            method === "SendMessage"
              ? { message, configuration: { returnImmediately: true } }
              : { id: "nope" };
          const said = await call(`${url}/a2a`, {
            body: { jsonrpc: "2.0", id: 1, method, params },
            headers: { ...apiKey(held), "a2a-version": "1.0" },
          });
          expect([method, held, said.status === 403]).toEqual([method, held, held !== scope]);
        }
      }
    });
  });

  it("a token meant for one use changes something once; a replayed one is refused", async () => {
    const { signer, jwt } = await signed();
    const { url } = await world.serve({
      settings: { jwt: { ...jwt, single_use: true } },
    });
    const headers = bearer(await tokenOf(signer, { claims: { jti: "t-1" } }));
    const first = await call(`${url}/v1/sessions`, { body: startBody(), headers });
    const replayed = await call(`${url}/v1/sessions`, { body: startBody(), headers });
    expect([first.status, replayed.status]).toEqual([202, 401]);
    const without = bearer(await tokenOf(signer));
    const said = await call(`${url}/v1/sessions`, { body: startBody(), headers: without });
    expect(said.status).toBe(401);
  });
});

describe("a token", () => {
  const settings = signed;

  it("names the caller, who is then in the history", async () => {
    const { signer, jwt } = await settings();
    const { url, log } = await startHarness({ settings: { jwt } });
    const headers = bearer(await tokenOf(signer));
    const said = await call(`${url}/v1/sessions`, { body: startBody(), headers });
    expect(said.status).toBe(202);
    const [first] = await until(log, String(said.json["session"]), "SessionRequested");
    expect(first?.line.data).toMatchObject({ requested_by: "user:alice" });
  });

  it("is refused when expired, too old, for another audience or issuer, or signed otherwise", async () => {
    const { signer, jwt } = await settings();
    const stranger = await createSigner();
    const rsa = await createSigner("RS256");
    const { url } = await startHarness({ system: false, settings: { jwt } });
    const now = Math.floor(Date.now() / 1000);
    const unsigned = [{ alg: "none" }, { sub: "alice", iss: ISSUER, aud: AUDIENCE, exp: now + 99 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const tokens: Record<string, string> = {
      good: await tokenOf(signer),
      expired: await tokenOf(signer, { expires: now - 60, issued: now - 120 }),
      "too old": await tokenOf(signer, { issued: now - 7_200, expires: now + 600 }),
      "not yet issued": await tokenOf(signer, { issued: now + 600, expires: now + 900 }),
      "wrong audience": await tokenOf(signer, { audience: "others" }),
      "wrong issuer": await tokenOf(signer, { issuer: "https://evil.example" }),
      "wrong key": await tokenOf(stranger),
      "wrong algorithm": await tokenOf(rsa, { algorithm: "RS256" }),
      "no algorithm": `${unsigned}.`,
      "no subject": await tokenOf(signer, { claims: { sub: undefined } }),
      "malformed units": await tokenOf(signer, { claims: { business_units: "emea" } }),
      garbage: "abc.def.ghi",
    };
    const statuses: Record<string, number> = {};
    for (const [name, token] of Object.entries(tokens)) {
      statuses[name] = (await call(`${url}/v1/sessions`, { headers: bearer(token) })).status;
    }
    const expected = Object.fromEntries(Object.keys(tokens).map((name) => [name, 401]));
    expect(statuses).toEqual({ ...expected, good: 200 });
  });

  it("signed with the public key as a shared secret is refused", async () => {
    const { signer, jwt } = await settings();
    const { url } = await startHarness({ system: false, settings: { jwt } });
    const { SignJWT } = await import("jose");
    const forged = await new SignJWT({ scope: "read", sub: "eve", business_units: "all" })
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(JSON.stringify(signer.jwk).padEnd(64)));
    expect((await call(`${url}/v1/sessions`, { headers: bearer(forged) })).status).toBe(401);
  });

  it("is not verified for every request, and yet ends when it ends", async () => {
    const { signer, jwt } = await settings();
    const now = Math.floor(Date.now() / 1000);
    let time = now * 1_000;
    const parsed = API_SETTINGS.parse({ jwt: { ...jwt, clock_tolerance_s: 0 } });
    const tools = { now: () => time, claim: async () => true };
    const authenticator = createAuthenticator(parsed, tools);
    const ask = async (token: string) =>
      authenticator.identify({
        authorization: `Bearer ${token}`,
        apiKey: undefined,
        changes: false,
      });
    const short = await tokenOf(signer, { issued: now, expires: now + 30 });
    const first = await ask(short);
    expect(first).toMatchObject({ id: "user:alice" });
    // The same object: nothing was read again.
    expect(await ask(short)).toBe(first);
    time += 30_000;
    await expect(ask(short)).rejects.toMatchObject({ code: "unauthorized" });
    const long = await tokenOf(signer, { issued: now, expires: now + 3_000 });
    const before = await ask(long);
    time += 60_000;
    expect(await ask(long)).not.toBe(before);
    time = now * 1_000 + 3_000_000;
    await expect(ask(long)).rejects.toMatchObject({ code: "unauthorized" });
  });

  it("without scopes or units can do nothing", async () => {
    const { signer, jwt } = await settings();
    const { url } = await startHarness({ system: false, settings: { jwt } });
    const none = bearer(await tokenOf(signer, { scope: "" }));
    expect((await call(`${url}/v1/sessions`, { headers: none })).status).toBe(403);
    const nowhere = bearer(await tokenOf(signer, { units: [] }));
    const said = await call(`${url}/v1/sessions`, { body: startBody(), headers: nowhere });
    expect(said.status).toBe(403);
  });

  it("is verified with keys from a JWKS address", async () => {
    const { createServer } = await import("node:http");
    const { signer } = await settings();
    const keys = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ keys: [signer.jwk] }));
    });
    await new Promise<void>((resolve) => keys.listen(0, "127.0.0.1", resolve));
    const { port } = keys.address() as { port: number };
    const jwks_url = `http://127.0.0.1:${port}/jwks`;
    const jwt = { issuer: ISSUER, audience: AUDIENCE, jwks_url };
    const { url } = await startHarness({ system: false, settings: { jwt } });
    const said = await call(`${url}/v1/sessions`, { headers: bearer(await tokenOf(signer)) });
    const stranger = bearer(await tokenOf(await createSigner()));
    expect(said.status).toBe(200);
    expect((await call(`${url}/v1/sessions`, { headers: stranger })).status).toBe(401);
    keys.close();
  });
});

describe("an API key", () => {
  it("works in its own header and as a bearer token, and a wrong one does not", async () => {
    const { url } = await startHarness({ system: false, settings: { keys: KEYS } });
    const status = async (headers: Record<string, string>) =>
      (await call(`${url}/v1/sessions`, { headers })).status;
    expect(await status(apiKey("read"))).toBe(200);
    expect(await status(bearer("mmm_read"))).toBe(200);
    expect(await status(apiKey("unknown"))).toBe(401);
    expect(await status({ authorization: "Basic cmVhZDpyZWFk" })).toBe(401);
  });
});

describe("a server without keys", () => {
  it("answers loopback names only, so that no web page can reach it by a name of its own", async () => {
    const { url, api } = await startHarness({ system: false, settings: { host: "0.0.0.0" } });
    expect(api.open).toBe(true);
    expect(new URL(url).hostname).toBe("127.0.0.1");
    const { request } = await import("node:http");
    const status = await new Promise((resolve, reject) => {
      request(`${url}/health`, { headers: { host: "rebound.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
    const foreign = { origin: "https://evil.example" };
    expect((await call(`${url}/v1/sessions`, { headers: foreign })).status).toBe(403);
    const own = { origin: url };
    expect((await call(`${url}/v1/sessions`, { headers: own })).status).toBe(200);
    expect(await startSession(url)).toMatch(/^[0-9a-f-]{36}$/);
  });
});
