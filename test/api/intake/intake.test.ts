import { describe, expect, it } from "vitest";
import { openIntake } from "../../../api/intake/intake.ts";
import { API_SETTINGS } from "../../../api/http/settings.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createMemoryLog } from "../../../infra/memory/log.ts";
import { createMemorySnapshots } from "../../../infra/memory/snapshots.ts";
import { openSqliteState } from "../../../infra/sqlite/state.ts";
import { scratch } from "../../support/mmm.ts";
import { instantTraining, requestData, startSystem, until } from "../../support/system.ts";
import type { EventLog, SnapshotStore } from "../../../session/ports.ts";
import { call, startHarness, startSession, untilStatus } from "../api-harness.ts";

const never = { propose: () => new Promise<never>(() => {}) };

function intakeOn(log: EventLog, snapshots: SnapshotStore, settings: Record<string, unknown>) {
  return openIntake({
    log,
    snapshots,
    clock: systemClock,
    settings: API_SETTINGS.parse({ intake: settings }).intake,
    group: "test.intake",
    failed: (error) => {
      throw error;
    },
  });
}

async function inboxOf(log: EventLog): Promise<string[]> {
  const found: string[] = [];
  for await (const record of log.read({ topic: "sessions" })) found.push(record.key);
  return found;
}

describe("the intake", () => {
  it("runs no more of a unit than its quota, and says who waits", async () => {
    const settings = { intake: { running_max: 5, default: { running_max: 2 } } };
    const { url } = await startHarness({ settings, reasoners: never });
    const made = [];
    for (let count = 0; count < 5; count += 1) made.push(await startSession(url, "emea"));
    await untilStatus(url, made[1] ?? "", ["running"]);
    const status = await call(`${url}/v1/intake`);
    expect(status.json["business_units"]).toMatchObject([
      { business_unit: "emea", queued: 3, running: 2, running_max: 2 },
    ]);
    const views = await Promise.all(made.map((session) => call(`${url}/v1/sessions/${session}`)));
    expect(views.map(({ json }) => json["status"])).toEqual([
      "running",
      "running",
      "queued",
      "queued",
      "queued",
    ]);
    expect(views[4]?.json).toMatchObject({ ahead_in_unit: 2, requested_by: "local" });
    const queued = await call(`${url}/v1/sessions?status=queued`);
    expect(queued.json["sessions"]).toHaveLength(3);
    const cancelled = await call(`${url}/v1/sessions/${made[0]}/cancel`, { method: "POST" });
    expect(cancelled.status).toBe(202);
    await untilStatus(url, made[2] ?? "", ["running"]);
  });

  it("lets another unit's first session pass a long queue", async () => {
    const settings = { intake: { running_max: 2, default: { running_max: 2 } } };
    const release: (() => void)[] = [];
    const training = {
      ...instantTraining,
      train: async (...given: Parameters<typeof instantTraining.train>) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return instantTraining.train(...given);
      },
    };
    const { url, log } = await startHarness({ settings, training });
    await Promise.all(Array.from({ length: 60 }, () => startSession(url, "big")));
    const small = await startSession(url, "small");
    const freeing = setInterval(() => release.shift()?.(), 2);
    await until(log, small, "SessionStarted");
    clearInterval(freeing);
    const status = await call(`${url}/v1/intake`);
    const rows = status.json["business_units"] as { business_unit: string; queued: number }[];
    expect(rows.find((row) => row.business_unit === "big")?.queued).toBeGreaterThan(40);
    for (const open of release) open();
  });

  it("refuses more than its queue holds, and says when to come back", async () => {
    const settings = { intake: { running_max: 1, queue_max: 2 } };
    const { url } = await startHarness({ settings, system: false });
    await startSession(url);
    await startSession(url);
    const said = await call(`${url}/v1/sessions`, {
      body: { ...requestData(), baseline: {}, business_context: { business_unit: "x" } },
    });
    expect(said.status).toBe(400);
    const full = await startSession(url).catch(
      (error: Error) => JSON.parse(error.message) as object,
    );
    expect(full).toMatchObject({ status: 503, code: "overloaded", retriable: true });
  });

  it("keeps what waits over a restart, in order, and admits each request once", async () => {
    const folder = scratch();
    const open = () => openSqliteState(folder, { clock: systemClock, partitions: 4 });
    const before = open();
    await before.log.ensureTopics();
    const closed = await intakeOn(before.log, before.snapshots, { running_max: 1 });
    const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
    for (const name of names) await closed.put(name, requestData());
    await closed.close();
    await before.close();
    const after = open();
    const system = await startSystem({ log: after.log, snapshots: after.snapshots });
    const intake = await intakeOn(after.log, after.snapshots, { running_max: 1 });
    for (const name of names) await until(after.log, name);
    const started: [string, string][] = [];
    let requests = 0;
    for await (const record of after.log.read({ topic: "history" })) {
      const type = record.headers["ce_type"];
      if (type === "mmm.SessionRequested") requests += 1;
      if (type === "mmm.SessionStarted")
        started.push([record.headers["ce_time"] ?? "", record.key]);
    }
    const inOrder = started.toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(inOrder.map(([, session]) => session)).toEqual(names);
    expect(requests).toBe(names.length);
    while ((await after.log.lag("test.intake", "intake"))[0]?.committed !== names.length) {
      await systemClock.sleep(20);
    }
    await intake.close();
    await system.stop();
    await after.close();
  });

  it("is known on every replica, admitting or not", async () => {
    const log = createMemoryLog({ partitions: 4, clock: systemClock });
    const snapshots = createMemorySnapshots();
    const intake = await intakeOn(log, snapshots, { running_max: 1 });
    await intake.put("a", requestData());
    await intake.put("a", requestData());
    await intake.put("b", requestData());
    expect(intake.find("a")).toMatchObject({ business_unit: "emea" });
    expect(intake.find("b")).toMatchObject({ requested_by: "test" });
    while (intake.find("a")?.admitted !== true) await systemClock.sleep(10);
    expect(intake.waiting().map(({ session }) => session)).toEqual(["b"]);
    expect(await inboxOf(log)).toEqual(["a"]);
    await intake.close();
  });
});
