import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createScriptedTasks } from "../../api/a2a/scripted-tasks.ts";
import { systemClock } from "../../infra/clock.ts";
import { errorCode, http, messageOf, rpc, TRANSPORTS, VERSION, type WireTask } from "./a2a-wire.ts";
import type { Clock } from "../../session/ports.ts";
import { BACKENDS } from "../support/backends.ts";
import { call, CARD_KEY } from "./api-harness.ts";
import { worldOn } from "./world.ts";

/** The kit's long task waits four seconds; a fifth of one is long enough here. */
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

describe.each(BACKENDS)("on $name", ({ open }) => {
  const world = worldOn(open);
  /** The product's handler and transports over the scripted tasks of the compatibility kit. */
  const scripted = async () =>
    (await world.serve({ tools: { scripted: createScriptedTasks(clock) } })).url;

  describe.each(TRANSPORTS)("A2A 1.0 over $name", (transport) => {
    const send = async (url: string, prefix: string, more = {}) => {
      const sent = await transport.send(url, { messageId: `${prefix}-${Math.random()}` }, more);
      expect(sent.error).toBeNull();
      return sent.result["task"] as WireTask;
    };

    it("waits for the end of a task unless asked to return immediately", async () => {
      const url = await scripted();
      const task = await send(url, "tck-complete-task");
      expect(task.status).toMatchObject({
        state: "TASK_STATE_COMPLETED",
        message: { parts: [{ text: "Hello from TCK" }], role: "ROLE_AGENT" },
      });
      expect(task.status.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const early = await send(url, "test-resubscribe-message-id", {
        configuration: { returnImmediately: true },
      });
      expect(["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"]).toContain(early.status.state);
    });

    it("returns at input-required, and the answer continues the same task", async () => {
      const url = await scripted();
      const task = await send(url, "tck-input-required");
      expect(task.status.state).toBe("TASK_STATE_INPUT_REQUIRED");
      const messageId = `tck-complete-task-${Math.random()}`;
      const answered = await transport.send(url, { messageId, taskId: task.id });
      const after = answered.result["task"] as WireTask;
      expect(after).toMatchObject({ id: task.id, contextId: task.contextId });
      expect(after.status.state).toBe("TASK_STATE_COMPLETED");
      expect(after.history).toHaveLength(2);
    });

    it("answers with a message, a rejection or an artifact of each kind", async () => {
      const url = await scripted();
      const direct = await transport.send(url, {
        messageId: `tck-message-response-${Math.random()}`,
      });
      expect(direct.result["message"]).toMatchObject({
        role: "ROLE_AGENT",
        parts: [{ text: "Direct message response" }],
      });
      expect((await send(url, "tck-reject-task")).status.state).toBe("TASK_STATE_REJECTED");
      const parts: Record<string, unknown> = {};
      for (const kind of ["text", "file", "file-url", "data"]) {
        const task = await send(url, `tck-artifact-${kind}`);
        parts[kind] = task.artifacts?.[0]?.parts[0];
      }
      expect(parts).toMatchObject({
        text: { text: "Generated text content" },
        file: { raw: Buffer.from("Hello from TCK").toString("base64"), filename: "output.txt" },
        "file-url": { url: "https://example.com/output.txt" },
        data: { data: { key: "value", count: 42 } },
      });
    });

    it("keeps a context the client names and makes one where none is named", async () => {
      const url = await scripted();
      const named = await transport.send(url, { contextId: "ctx-1" });
      expect((named.result["task"] as WireTask).contextId).toBe("ctx-1");
      const made = await send(url, "tck-complete-task");
      expect(made.contextId).not.toBe("");
      const wrong = await send(url, "tck-input-required");
      const refused = await transport.send(url, { taskId: wrong.id, contextId: "another" });
      expect(refused.error).toBe("INVALID_PARAMS");
    });

    it("streams the task first, then its changes in order, and ends when the task does", async () => {
      const url = await scripted();
      for (const prefix of [
        "tck-stream-001",
        "tck-stream-ordering-001",
        "tck-stream-artifact-chunked",
      ]) {
        const events = await transport.stream(url, { messageId: `${prefix}-${Math.random()}` });
        const kinds = events.map((event) => Object.keys(event)[0]);
        expect(kinds[0]).toBe("task");
        expect(kinds.slice(1)).not.toContain("task");
        expect(events.at(-1)).toMatchObject({
          statusUpdate: { status: { state: "TASK_STATE_COMPLETED" } },
        });
        expect(kinds).toContain("artifactUpdate");
      }
      const single = await transport.stream(url, {
        messageId: `tck-message-response-${Math.random()}`,
      });
      expect(single.map((event) => Object.keys(event)[0])).toEqual(["message"]);
    });

    it("gives every subscriber the same changes in the same order", async () => {
      const url = await scripted();
      const task = await send(url, "test-resubscribe-message-id", {
        configuration: { returnImmediately: true },
      });
      const streams = await Promise.all([1, 2, 3].map(() => transport.subscribe(url, task.id)));
      for (const events of streams) {
        expect(events).toEqual(streams[0]);
        expect((events as Record<string, unknown>[])[0]).toHaveProperty("task");
        expect((events as Record<string, unknown>[]).at(-1)).toMatchObject({
          statusUpdate: { status: { state: "TASK_STATE_COMPLETED" } },
        });
      }
      const late = await transport.subscribe(url, task.id);
      expect(JSON.stringify(late)).toContain("UNSUPPORTED_OPERATION");
    });

    it("keeps a subscriber to a task that waits until the task ends, whoever answers", async () => {
      const url = await scripted();
      const task = await send(url, "tck-input-required");
      const watching = transport.subscribe(url, task.id);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await transport.send(url, { messageId: "tck-complete-task-1", taskId: task.id });
      const events = (await watching) as Record<string, unknown>[];
      expect(events[0]).toMatchObject({ task: { status: { state: "TASK_STATE_INPUT_REQUIRED" } } });
      expect(events.at(-1)).toMatchObject({
        statusUpdate: { status: { state: "TASK_STATE_COMPLETED" } },
      });
    });

    it("trims history as asked", async () => {
      const url = await scripted();
      const task = await send(url, "tck-input-required");
      await transport.send(url, {
        messageId: `tck-input-required-${Math.random()}`,
        taskId: task.id,
      });
      const counts = await Promise.all(
        [{}, { historyLength: 0 }, { historyLength: 1 }, { historyLength: 9 }].map(
          async (query) => {
            const { result } = await transport.get(url, task.id, query);
            return (result as unknown as WireTask).history?.length ?? 0;
          },
        ),
      );
      expect(counts).toEqual([2, 0, 1, 2]);
    });

    it("lists newest first by cursor, without artifacts unless asked", async () => {
      const url = await scripted();
      const ids: string[] = [];
      for (let made = 0; made < 5; made += 1) {
        ids.push((await send(url, "tck-artifact-text")).id);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      const seen: string[] = [];
      let pageToken = "";
      do {
        const { result } = await transport.list(url, { pageSize: 2, pageToken });
        const tasks = result["tasks"] as WireTask[];
        expect(result).toMatchObject({ totalSize: 5 });
        for (const task of tasks) {
          seen.push(task.id);
          expect(task).not.toHaveProperty("artifacts");
        }
        pageToken = String(result["nextPageToken"]);
      } while (pageToken !== "");
      expect(seen).toEqual(ids.toReversed());
      const full = await transport.list(url, { includeArtifacts: true, pageSize: 1 });
      expect((full.result["tasks"] as WireTask[])[0]?.artifacts).toHaveLength(1);
      const none = await transport.list(url, { status: "TASK_STATE_FAILED" });
      expect(none.result).toEqual({ tasks: [], nextPageToken: "", pageSize: 0, totalSize: 0 });
      expect((await transport.list(url, { pageSize: 0 })).error).toBe("INVALID_PARAMS");
      expect((await transport.list(url, { pageSize: 101 })).error).toBe("INVALID_PARAMS");
    });

    it("cancels what has not ended and refuses what has", async () => {
      const url = await scripted();
      const task = await send(url, "tck-input-required");
      const cancelled = await transport.cancel(url, task.id);
      expect(cancelled.result).toMatchObject({ status: { state: "TASK_STATE_CANCELED" } });
      const done = await send(url, "tck-complete-task");
      expect((await transport.cancel(url, done.id)).error).toBe("TASK_NOT_CANCELABLE");
    });

    it("has the errors of the table for unknown, finished and malformed", async () => {
      const url = await scripted();
      const done = await send(url, "tck-complete-task");
      expect((await transport.get(url, "no-such-task")).error).toBe("TASK_NOT_FOUND");
      expect((await transport.cancel(url, "no-such-task")).error).toBe("TASK_NOT_FOUND");
      expect((await transport.send(url, { taskId: "no-such-task" })).error).toBe("TASK_NOT_FOUND");
      expect((await transport.send(url, { taskId: done.id })).error).toBe("UNSUPPORTED_OPERATION");
      const wrong = [
        { parts: [] },
        { parts: [{ text: "a", data: {} }] },
        { parts: [{ text: 5 }] },
        { messageId: "" },
        { role: "ROLE_AGENT" },
      ];
      for (const sending of wrong) {
        expect((await transport.send(url, sending)).error).toBe("INVALID_PARAMS");
      }
      const webhook = {
        configuration: { taskPushNotificationConfig: { url: "http://x.example" } },
      };
      const pushed = await transport.send(url, {}, webhook);
      expect(pushed.error).toBe("PUSH_NOTIFICATION_NOT_SUPPORTED");
    });
  });

  describe("the version header", () => {
    it("is needed: absent means 0.3, which is not spoken here, nor is any other", async () => {
      const url = await scripted();
      const params = { message: messageOf({}) };
      for (const version of ["", "0.3", "99.0"]) {
        const said = await rpc(url, "SendMessage", params, { "a2a-version": version });
        expect([version, errorCode(said)]).toEqual([version, -32009]);
        const rest = await http(url, "/tasks", { headers: { "a2a-version": version } });
        expect([version, rest.status]).toEqual([version, 400]);
        expect(JSON.stringify(rest.json)).toContain("VERSION_NOT_SUPPORTED");
      }
    });
  });

  describe("JSON-RPC itself", () => {
    it("has the standard's errors for what is no request", async () => {
      const url = await scripted();
      const post = async (body: string, type = "application/json") => {
        const response = await fetch(`${url}/a2a`, {
          method: "POST",
          headers: { "content-type": type, ...VERSION },
          body,
        });
        expect(response.status).toBe(200);
        return (await response.json()) as { id: unknown; error: { code: number } };
      };
      const cases: [string, number, unknown][] = [
        ["{bad", -32700, null],
        ["[]", -32600, null],
        ['"x"', -32600, null],
        ["null", -32600, null],
        ['{"jsonrpc":"1.0","id":1,"method":"GetTask"}', -32600, 1],
        ['{"jsonrpc":"2.0","id":2}', -32600, 2],
        ['{"jsonrpc":"2.0","id":{},"method":"GetTask"}', -32600, null],
        ['{"jsonrpc":"2.0","id":3,"method":"NoSuchMethod","params":{}}', -32601, 3],
        ['{"jsonrpc":"2.0","id":4,"method":"GetTask","params":{}}', -32602, 4],
        ['{"jsonrpc":"2.0","id":"a","method":"GetTask","params":{"id":"x"}}', -32001, "a"],
        ['{"jsonrpc":"2.0","id":5,"method":"SendMessage","params":{"__proto__":{}}}', -32602, null],
      ];
      for (const [body, code, id] of cases) {
        const said = await post(body);
        expect([body, said.error.code, said.id]).toEqual([body, code, id]);
      }
      expect((await post("<x/>", "application/xml")).error.code).toBe(-32005);
    });

    it("carries the protocol's error details", async () => {
      const url = await scripted();
      const said = await rpc(url, "GetTask", { id: "nope" });
      expect(said.json).toMatchObject({
        jsonrpc: "2.0",
        id: 7,
        error: {
          code: -32001,
          data: [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: "TASK_NOT_FOUND",
              domain: "a2a-protocol.org",
            },
          ],
        },
      });
    });
  });

  describe("HTTP+JSON itself", () => {
    it("has the table's statuses and its own media type", async () => {
      const url = await scripted();
      const missing = await http(url, "/tasks/nope");
      expect(missing.status).toBe(404);
      expect(missing.headers.get("content-type")).toMatch(/^application\/a2a\+json/);
      expect(missing.json).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
      expect((await http(url, "/tasks/nope:cancel", { body: {} })).status).toBe(404);
      expect((await http(url, "/tasks/nope:dance", { body: {} })).status).toBe(400);
      expect((await http(url, "/message:send", { body: {} })).status).toBe(400);
      expect((await http(url, "/tasks?historyLength=-1")).status).toBe(400);
      const card = await http(url, "/extendedAgentCard");
      expect(card.json).toMatchObject({ name: "mmm-optimizer" });
      const wrong = await fetch(`${url}/a2a/v1/message:send`, {
        method: "POST",
        headers: { ...VERSION, "content-type": "application/xml" },
        body: "<x/>",
      });
      expect(wrong.status).toBe(400);
      expect(await wrong.text()).toContain("CONTENT_TYPE_NOT_SUPPORTED");
    });
  });

  describe("the agent card", () => {
    it("says where and how, is cacheable, and its signature verifies", async () => {
      const url = await scripted();
      const said = await call(`${url}/.well-known/agent-card.json`);
      expect(said.json).toMatchObject({
        supportedInterfaces: [
          { url: `${url}/a2a`, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
          { url: `${url}/a2a/v1`, protocolBinding: "HTTP+JSON", protocolVersion: "1.0" },
        ],
        capabilities: { streaming: true, pushNotifications: false },
      });
      expect(said.headers.get("cache-control")).toMatch(/max-age=\d+/);
      expect(said.headers.get("last-modified")).toMatch(/ GMT$/);
      const etag = said.headers.get("etag") ?? "";
      const again = await fetch(`${url}/.well-known/agent-card.json`, {
        headers: { "if-none-match": etag },
      });
      expect(again.status).toBe(304);
      const { AgentCard, canonicalizeAgentCard } = await import("@a2a-js/sdk");
      const [signature] = said.json["signatures"] as { protected: string; signature: string }[];
      const payload = canonicalizeAgentCard(AgentCard.fromJSON(said.json));
      const signed = `${signature?.protected}.${Buffer.from(payload).toString("base64url")}`;
      const bytes = Buffer.from(signature?.signature ?? "", "base64url");
      const key = createPublicKey({ key: CARD_KEY.publicJwk as never, format: "jwk" });
      expect(verify(null, Buffer.from(signed), key, bytes)).toBe(true);
      expect(verify(null, Buffer.from(`${signed}x`), key, bytes)).toBe(false);
      const keys = await call(`${url}/.well-known/jwks.json`);
      expect(keys.json).toEqual({ keys: [CARD_KEY.publicJwk] });
    });
  });
});
