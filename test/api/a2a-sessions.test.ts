import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { sendToInbox } from "../../producers/request.ts";
import type { Recorded } from "../../schemas/event.ts";
import { computeHistoryDigest, type HistoryEntry } from "../../session/audit.ts";
import { BACKENDS } from "../support/backends.ts";
import { eventsOf, inputOf, request, until } from "../support/system.ts";
import { http, rpc, TRANSPORTS, type Transport, type WireTask } from "./a2a-wire.ts";
import { startBody, untilStatus, startSession, call } from "./api-harness.ts";
import { apiKey, keyRow } from "./tokens.ts";
import { unsure, worldOn } from "./world.ts";

const never = { propose: () => new Promise<never>(() => {}) };

const start = (unit: string, more = {}) => ({ parts: [{ data: startBody(unit, more) }] });

describe.each(BACKENDS)("on $name", ({ name, open }) => {
  const world = worldOn(open);

  describe.each(TRANSPORTS)("a session as a task over $name", (transport) => {
    it("streams to its result and is the same to whoever asks afterwards", async () => {
      const { url, log, failures, unit } = await world.serve();
      const events = await transport.stream(url, start(unit));
      const task = events[0]?.["task"] as WireTask;
      expect(task.status.state).toBe("TASK_STATE_SUBMITTED");
      const updates = events.flatMap((event) => event["statusUpdate"] ?? []) as {
        status: { state: string };
        metadata: { seq: number };
      }[];
      expect(updates.at(-1)?.status.state).toBe("TASK_STATE_COMPLETED");
      const seqs = updates.map(({ metadata }) => metadata.seq);
      expect(seqs).toEqual([...seqs].toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(seqs.length);
      const artifacts = events.flatMap((event) => event["artifactUpdate"] ?? []) as {
        artifact: { artifactId: string };
      }[];
      expect(artifacts.map(({ artifact }) => artifact.artifactId)).toEqual([
        "configuration",
        "result",
      ]);
      const { result } = await transport.get(url, task.id);
      const read = result as unknown as WireTask;
      expect(read.status.state).toBe("TASK_STATE_COMPLETED");
      expect(read.artifacts).toEqual(artifacts.map(({ artifact }) => artifact));
      expect(failures).toEqual([]);
      const overRest = await startSession(url, unit);
      const [a, b] = [await until(log, task.id), await until(log, overRest)];
      expect(computeHistoryDigest(eventsOf(a))).toBe(computeHistoryDigest(eventsOf(b)));
    });

    it("waits for a person; somebody else's answer resumes it, once", async () => {
      const keys = [
        keyRow("starter", ["start", "read"], "all"),
        keyRow("boss", ["decide", "read"], "all"),
      ];
      const { url, log, unit } = await world.serve({ route: unsure, settings: { keys } });
      const sent = await rpc(
        url,
        "SendMessage",
        { message: { messageId: `m-${transport.name}`, role: "ROLE_USER", ...start(unit) } },
        apiKey("starter"),
      );
      const { task } = sent.json["result"] as { task: WireTask };
      expect(task.status.state).toBe("TASK_STATE_INPUT_REQUIRED");
      const asked = task.status.message?.parts[1]?.data;
      expect(asked).toMatchObject({
        escalation: "e1",
        options: ["resume", "keep_current", "abort"],
      });
      const answer = {
        messageId: `answer-${transport.name}`,
        taskId: task.id,
        role: "ROLE_USER",
        parts: [{ text: "keep_current: agreed with the team" }],
      };
      const refused = await rpc(url, "SendMessage", { message: answer }, apiKey("starter"));
      expect(refused.status).toBe(403);
      const params = { message: answer, configuration: { returnImmediately: true } };
      const decided = await rpc(url, "SendMessage", params, apiKey("boss"));
      const after = (decided.json["result"] as { task: WireTask }).task;
      expect(after.status.state).not.toBe("TASK_STATE_SUBMITTED");
      // Nobody is sure of the next task either: the same message again must not decide on that one.
      const open = async () => {
        const said = await call(`${url}/v1/sessions/${task.id}`, { headers: apiKey("boss") });
        return said.json["open_escalation"];
      };
      while ((await open()) !== "e2") await new Promise((resolve) => setTimeout(resolve, 10));
      const repeated = await rpc(url, "SendMessage", params, apiKey("boss"));
      expect(repeated.json["error"]).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await open()).toBe("e2");
      const entries = await until(log, task.id, "HumanDecided");
      expect(entries.at(-1)?.line.data).toMatchObject({
        choice: "keep_current",
        decided_by: "key:boss",
        reason: "agreed with the team",
      });
    });

    it("is started once by a repeated message, and not at all by another with its id", async () => {
      const { url, unit } = await world.serve();
      const messageId = `same-${transport.name}`;
      const ids = [];
      for (let tries = 0; tries < 3; tries += 1) {
        const sent = await transport.send(url, { messageId, ...start(unit) });
        ids.push((sent.result["task"] as WireTask).id);
      }
      expect(new Set(ids).size).toBe(1);
      const other = await transport.send(url, { messageId, ...start(unit, { seed: 5 }) });
      expect(other.error).toBe("INVALID_PARAMS");
      const { result } = await transport.list(url, { tenant: unit });
      expect(result["totalSize"]).toBe(1);
    });

    it("is cancelled on request", async () => {
      const { url, unit } = await world.serve({ reasoners: never });
      const more = { configuration: { returnImmediately: true } };
      const sent = await transport.send(url, start(unit), more);
      const { id } = sent.result["task"] as WireTask;
      const cancelled = await transport.cancel(url, id);
      expect(cancelled.result).toMatchObject({ id, status: { state: "TASK_STATE_CANCELED" } });
      expect((await transport.get(url, id)).result).toMatchObject({
        status: { state: "TASK_STATE_CANCELED" },
      });
    });

    it("takes proposals, each a task of its own", async () => {
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      const { url, unit } = await world.serve({
        reasoners: {
          propose: async () => {
            await gate;
            throw new Error("no proposal");
          },
          review: undefined as never,
        },
        route: async (task) => ({
          role: task.kind === "free_text" ? "business_analyst" : "data_scientist",
          alternatives: ["business_analyst"],
          source: "rules",
          confidence: null,
          scores: [],
          threshold: null,
          model_digest: null,
          reason: "scripted",
        }),
      });
      const session = await startSession(url, unit);
      await untilStatus(url, session, ["running"]);
      const more = { configuration: { returnImmediately: true } };
      const about = { parts: [{ text: "what about radio?" }], referenceTaskIds: [session] };
      const sent = await transport.send(url, about, more);
      const task = sent.result["task"] as WireTask;
      expect(task.id.startsWith(`${session}~`)).toBe(true);
      expect(["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"]).toContain(task.status.state);
      open();
      const { result } = await transport.get(url, task.id);
      expect(result).toMatchObject({ metadata: { kind: "proposal" }, contextId: session });
      expect((await transport.cancel(url, task.id)).error).toBe("TASK_NOT_CANCELABLE");
    });
  });

  it("decided by another client leaves the history that the command line leaves", async () => {
    const keys = [
      keyRow("starter", ["start", "read"], "all"),
      keyRow("boss", ["decide", "read"], "all"),
    ];
    const { url, log, snapshots, unit } = await world.serve({ route: unsure, settings: { keys } });
    const say = async (message: object, key: string): Promise<WireTask> => {
      const params = { message: { role: "ROLE_USER", ...message } };
      const said = await rpc(url, "SendMessage", params, apiKey(key));
      return (said.json["result"] as { task: WireTask }).task;
    };
    const { id } = await say({ messageId: "h1", ...start(unit) }, "starter");
    const answers = [
      { choice: "resume", instruction: "stay below 0.7", reason: "worth a try" },
      { choice: "keep_current", instruction: null, reason: "good enough" },
      { choice: "abort", instruction: null, reason: "enough" },
    ] as const;
    for (const [at, data] of answers.entries()) {
      await say({ messageId: `h2-${at}`, taskId: id, parts: [{ data }] }, "boss");
    }
    const overA2a = await until(log, id);
    const [asked] = overA2a;
    if (asked?.event.type !== "SessionRequested") throw new Error("no request");
    const byHand = `by-hand-${unit}`;
    // What `mmm submit` and `mmm escalations resolve` do.
    await request(log, byHand, { ...asked.event.data, requested_by: "cli:anna" });
    for (const [at, data] of answers.entries()) {
      const escalation = `e${at + 1}`;
      const isOpen = async () =>
        (await snapshots.load(byHand))?.summary.open_escalation === escalation;
      while (!(await isOpen())) await new Promise((resolve) => setTimeout(resolve, 10));
      const decided = { escalation, ...data, decided_by: "cli:berta" };
      const input = { ...inputOf(byHand, escalation), businessUnit: unit };
      await sendToInbox(log, input, { type: "HumanDecided", data: decided });
    }
    const overLine = await until(log, byHand);
    const nameless = (entries: readonly HistoryEntry[]): string =>
      computeHistoryDigest(
        eventsOf(entries).map((event) => {
          const names = { requested_by: "", decided_by: "" };
          return { ...event, data: { ...event.data, ...names } } as Recorded;
        }),
      );
    expect(nameless(overA2a)).toBe(nameless(overLine));
    expect(eventsOf(overA2a).filter(({ type }) => type === "HumanDecided")).toHaveLength(3);
    const names = overA2a.flatMap(({ event }) =>
      event.type === "HumanDecided" ? [event.data.decided_by] : [],
    );
    expect([asked.event.data.requested_by, ...names]).toEqual([
      "key:starter",
      ...answers.map(() => "key:boss"),
    ]);
  });

  // An embedded log has one process, and in it one API.
  describe.runIf(name.startsWith("Kafka"))("two replicas", () => {
    it("answer for the same task: started at one, watched, decided and read at the other", async () => {
      const one = await world.serve({ route: unsure });
      const two = await world.serve({ route: unsure });
      const [a, b] = TRANSPORTS as [Transport, Transport];
      const messageId = "at-one";
      const more = { configuration: { returnImmediately: true } };
      const sent = await a.send(one.url, { messageId, ...start(one.unit) }, more);
      const { id } = sent.result["task"] as WireTask;
      const again = await b.send(two.url, { messageId, ...start(one.unit) });
      expect(again.result["task"]).toMatchObject({
        id,
        status: { state: "TASK_STATE_INPUT_REQUIRED" },
      });
      const watching = [a.subscribe(one.url, id), b.subscribe(two.url, id)];
      const answer = { taskId: id, parts: [{ text: "abort: enough seen" }] };
      const decided = await b.send(two.url, { messageId: "at-two", ...answer });
      expect(decided.result["task"]).toMatchObject({ status: { state: "TASK_STATE_CANCELED" } });
      const repeated = await a.send(one.url, { messageId: "at-two", ...answer });
      expect(repeated.result["task"]).toMatchObject({ status: { state: "TASK_STATE_CANCELED" } });
      const streams = await Promise.all(watching);
      const ends = streams.map((events) => (events as Record<string, unknown>[]).at(-1));
      expect(ends[0]).toMatchObject({ statusUpdate: { status: { state: "TASK_STATE_CANCELED" } } });
      expect(ends[1]).toEqual(ends[0]);
      const read = await Promise.all([a.get(one.url, id), b.get(two.url, id)]);
      expect(read[0]?.result).toEqual(read[1]?.result);
      const decisions = (await until(one.log, id)).filter(
        ({ event }) => event.type === "HumanDecided",
      );
      expect(decisions).toHaveLength(1);
    });
  });

  describe("a tenant", () => {
    it("is a business unit: its tasks are seen under its own name only", async () => {
      const keys = [keyRow("both", ["start", "read"], ["north", "south"])];
      const { url } = await world.serve({ settings: { keys } });
      const headers = apiKey("both");
      const body = { message: { messageId: "t1", role: "ROLE_USER", ...start("south") } };
      const sent = await http(url, "/message:send", { body, headers, tenant: "south" });
      const { task } = sent.json as { task: WireTask };
      expect((await http(url, `/tasks/${task.id}`, { headers, tenant: "south" })).status).toBe(200);
      expect((await http(url, `/tasks/${task.id}`, { headers, tenant: "north" })).status).toBe(404);
      const listed = await http(url, "/tasks", { headers, tenant: "north" });
      expect(listed.json).toMatchObject({ totalSize: 0 });
      const wrong = await http(url, "/message:send", {
        body: { message: { messageId: "t2", role: "ROLE_USER", ...start("south") } },
        headers,
        tenant: "north",
      });
      expect(wrong.status).toBe(400);
    });
  });

  describe("a push notification", () => {
    let hook: Server | null = null;
    afterEach(() => void hook?.close());

    async function receiver() {
      const got: { authorization: string; token: string; body: Record<string, unknown> }[] = [];
      hook = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
          got.push({
            authorization: String(request.headers["authorization"]),
            token: String(request.headers["x-a2a-notification-token"]),
            body: JSON.parse(text) as Record<string, unknown>,
          });
          response.statusCode = got.length === 1 ? 503 : 204;
          response.end();
        });
      });
      await new Promise<void>((resolve) => hook?.listen(0, "127.0.0.1", resolve));
      const { port } = hook.address() as { port: number };
      return { got, origin: `http://127.0.0.1:${port}` };
    }

    it("tells the webhook what happened, logged in, trying again when it is busy", async () => {
      const { got, origin } = await receiver();
      const { url, unit } = await world.serve({ settings: { push: { allow_origins: [origin] } } });
      const taskPushNotificationConfig = {
        url: `${origin}/hook`,
        token: "secret-token",
        authentication: { scheme: "Bearer", credentials: "hook-login" },
      };
      const configuration = { returnImmediately: true, taskPushNotificationConfig };
      const sent = await rpc(url, "SendMessage", {
        message: { messageId: "p1", role: "ROLE_USER", ...start(unit) },
        configuration,
      });
      const { task } = sent.json["result"] as { task: WireTask };
      await untilStatus(url, task.id, ["completed"]);
      const last = () =>
        got.at(-1)?.body["statusUpdate"] as { status: { state: string } } | undefined;
      while (last()?.status.state !== "TASK_STATE_COMPLETED") {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const { authorization, token } of got) {
        expect({ authorization, token }).toEqual({
          authorization: "Bearer hook-login",
          token: "secret-token",
        });
      }
      const seqs = got.flatMap(({ body }) => {
        const update = body["statusUpdate"] as { metadata: { seq: number } } | undefined;
        return update === undefined ? [] : [update.metadata.seq];
      });
      expect(seqs).toEqual([...seqs].toSorted((a, b) => a - b));
      expect(seqs[0]).toBe(seqs[1]);
    });

    it("goes to listed origins alone: no other host, port, scheme or login in the address", async () => {
      const { origin } = await receiver();
      const { url, unit } = await world.serve({
        settings: { push: { allow_origins: ["https://hooks.example", origin] } },
      });
      const session = await startSession(url, unit);
      const refused = [
        "https://hooks.example.evil.example/x",
        "https://evil.example/?https://hooks.example",
        "http://hooks.example/x",
        "https://hooks.example:8443/x",
        "https://user:pass@hooks.example/x",
        "https://hooks.example@evil.example/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:80/",
        "file:///etc/passwd",
        "//hooks.example/x",
        "not a url",
      ];
      const add = (address: string) =>
        rpc(url, "CreateTaskPushNotificationConfig", { taskId: session, url: address });
      for (const address of refused) {
        const said = await add(address);
        expect([address, said.json["result"]]).toEqual([address, undefined]);
      }
      const saved = await add("https://hooks.example/x");
      const { id } = saved.json["result"] as { id: string };
      expect(id).not.toBe("");
      const path = `/tasks/${session}/pushNotificationConfigs`;
      const listed = await http(url, path);
      expect(listed.json).toMatchObject({ configs: [{ id, url: "https://hooks.example/x" }] });
      const removed = await http(url, `${path}/${id}`, { method: "DELETE" });
      const again = await http(url, `${path}/${id}`, { method: "DELETE" });
      expect([removed.status, again.status]).toEqual([204, 204]);
      expect((await http(url, `${path}/${id}`)).status).toBe(404);
      const card = await call(`${url}/.well-known/agent-card.json`);
      expect(card.json).toMatchObject({ capabilities: { pushNotifications: true } });
    });
  });
});
