/** Many callers at once: nothing lost, nothing twice, on both back ends. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import type { Training } from "../../consumers/trainer/trainer.ts";
import type { EventLog } from "../../session/ports.ts";
import { BACKENDS } from "../support/backends.ts";
import { instantTraining, until } from "../support/system.ts";
import { createManifest, verifyExport } from "../../session/audit.ts";
import { rpc, type WireTask } from "./a2a-wire.ts";
import { apiKey, keyRow } from "./tokens.ts";
import { unsure, worldOn } from "./world.ts";
import {
  call,
  readEvents,
  startBody,
  startHarness,
  startSession,
  untilStatus,
  type ServerEvent,
} from "./api-harness.ts";

/** Requests in the Kafka variant; the long run takes a thousand. */
const KAFKA_STARTS = Number(process.env["MMM_API_STARTS"] ?? 150);

async function requestedIn(log: EventLog): Promise<string[]> {
  const found: string[] = [];
  for await (const record of log.read({ topic: "history" })) {
    if (record.headers["ce_type"] === "mmm.SessionRequested") found.push(record.key);
  }
  return found;
}

/** Sends a request and breaks the connection before the answer, or while it is being made. */
async function hangUp(url: string, body: object, headers: Record<string, string>): Promise<void> {
  const gone = AbortSignal.timeout(2);
  const init = { method: "POST", body: JSON.stringify(body), signal: gone };
  const type = { "content-type": "application/json" };
  await fetch(`${url}/v1/sessions`, { ...init, headers: { ...type, ...headers } }).then(
    (said) => said.body?.cancel(),
    () => {},
  );
}

/** Runs tasks, so many at a time. */
async function inParallel<T>(tasks: readonly (() => Promise<T>)[], width: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < tasks.length; at = next++) {
      results[at] = await (tasks[at] as () => Promise<T>)();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

describe.each(BACKENDS.slice(1))("on $name", ({ name, open }) => {
  const sessions = name === "SQLite" ? 1_000 : KAFKA_STARTS;

  it(`${sessions} starts with retries and lost answers give ${sessions} sessions, each once`, async () => {
    const backend = await open();
    const { url, close, failures } = await startHarness({
      ...backend,
      settings: {
        intake: { running_max: 10_000, default: { running_max: 10_000 } },
        limits: { requests_per_minute: 1_000_000 },
      },
      without: [
        "router",
        "data-scientist",
        "guard",
        "trainer",
        "business-analyst",
        "stakeholder",
        "research-persona",
      ],
    });
    const body = startBody();
    const tries = Array.from({ length: sessions }, (_, index) => index).flatMap((index) => [
      index,
      ...(index % 3 === 0 ? [index, index] : []),
    ]);
    const order = tries.toSorted((a, b) => (spread(a) < spread(b) ? -1 : 1));
    const ids = await inParallel(
      order.map((index) => async () => {
        const headers = { "idempotency-key": `load-${index}` };
        if (index % 7 === 0) await hangUp(url, body, headers);
        const said = await call(`${url}/v1/sessions`, { body, headers });
        expect(said.status).toBe(202);
        return [index, String(said.json["session"])] as const;
      }),
      32,
    );
    const byIndex = new Map(ids);
    for (const [index, session] of ids) expect(byIndex.get(index)).toBe(session);
    expect(new Set(byIndex.values()).size).toBe(sessions);
    let found: string[] = [];
    for (let checks = 0; checks < 300 && found.length < sessions; checks += 1) {
      found = await requestedIn(backend.log);
      await systemClock.sleep(100);
    }
    expect(found.toSorted()).toEqual([...byIndex.values()].toSorted());
    expect(failures).toEqual([]);
    await close();
    await backend.close();
  }, 120_000);

  it("a session runs, is streamed, decided on and replayed", async () => {
    const backend = await open();
    const { url, close } = await startHarness({
      ...backend,
      route: unsure,
    });
    const session = await startSession(url);
    const events = fetch(`${url}/v1/sessions/${session}/events`).then((said) => readEvents(said));
    const waiting = await untilStatus(url, session, ["waiting"]);
    const decided = await call(`${url}/v1/sessions/${session}/decisions`, {
      body: { escalation: waiting["open_escalation"], choice: "abort", reason: "enough" },
    });
    expect(decided.status).toBe(202);
    const entries = await until(backend.log, session);
    const seqs = (await events).map(({ id }) => Number(id));
    expect(seqs).toEqual(entries.map(({ line }) => line.seq));
    await untilStatus(url, session, ["aborted"]);
    const replayed = await call(`${url}/v1/sessions/${session}/replay`);
    expect(replayed.json).toMatchObject({ verified: true, equals_snapshot: true });
    await close();
    await backend.close();
  }, 120_000);

  it("a session of an A2A client waits for a person and is answered by another", async () => {
    const backend = await open();
    const keys = [
      keyRow("starter", ["start", "read"], "all"),
      keyRow("boss", ["decide", "read"], "all"),
    ];
    const { url, close } = await startHarness({ ...backend, route: unsure, settings: { keys } });
    const message = { messageId: "m1", role: "ROLE_USER", parts: [{ data: startBody() }] };
    const sent = await rpc(url, "SendMessage", { message }, apiKey("starter"));
    const { task } = sent.json["result"] as { task: WireTask };
    expect(task.status.state).toBe("TASK_STATE_INPUT_REQUIRED");
    const say = async (messageId: string, data: object): Promise<WireTask> => {
      const parts = [{ data }];
      const answer = { messageId, role: "ROLE_USER", taskId: task.id, parts };
      const said = await rpc(url, "SendMessage", { message: answer }, apiKey("boss"));
      return (said.json["result"] as { task: WireTask }).task;
    };
    const resumed = { choice: "resume", instruction: "stay below 0.7", reason: "worth a try" };
    const next = await say("m2", resumed);
    expect(next.status.message?.parts[1]?.data).toMatchObject({ escalation: "e2" });
    const after = await say("m3", { choice: "abort", reason: "not worth it" });
    expect(after).toMatchObject({ id: task.id, status: { state: "TASK_STATE_CANCELED" } });
    const entries = await until(backend.log, task.id);
    const decisions = entries.filter(({ line }) => line.type === "HumanDecided");
    expect(decisions.map(({ line }) => line.data)).toMatchObject([
      { ...resumed, escalation: "e1", decided_by: "key:boss" },
      { choice: "abort", escalation: "e2", decided_by: "key:boss" },
    ]);
    const lines = [
      ...entries.map(({ line }) => line),
      { manifest: createManifest(task.id, entries) },
    ];
    expect(verifyExport(lines).fault).toBeNull();
    await close();
    await backend.close();
  }, 120_000);
});

function spread(index: number): string {
  return createHash("sha256").update(String(index)).digest("hex");
}

describe.each(BACKENDS)("five hundred listeners on $name", ({ open }) => {
  const world = worldOn(open);

  it("each get the whole history in order, and the server keeps nothing of them", async () => {
    const { promise: gate, resolve: begin } = Promise.withResolvers<void>();
    const train: Training["train"] = async (...given) => {
      await gate;
      return instantTraining.train(...given);
    };
    const { url, log, unit } = await world.serve({ training: { ...instantTraining, train } });
    const session = await startSession(url, unit);
    await untilStatus(url, session, ["running"]);
    const base = `${url}/v1/sessions/${session}/events`;
    const responses = await Promise.all(Array.from({ length: 500 }, () => fetch(base)));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    const reading = Promise.all(responses.map((response) => readEvents(response)));
    begin();
    const streams = await reading;
    const entries = await until(log, session);
    const wanted = entries.map(({ line }) => String(line.seq));
    const idsOf = (events: readonly ServerEvent[]) => events.map(({ id }) => id);
    for (const events of streams) expect(idsOf(events)).toEqual(wanted);
  }, 60_000);
});
