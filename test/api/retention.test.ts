import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPushConfigs } from "../../api/a2a/push-configs.ts";
import { createSecretBox } from "../../api/http/secret-box.ts";
import { API_SETTINGS } from "../../api/http/settings.ts";
import { DAY_MS, removeExpired } from "../../api/retention.ts";
import { resolveDataPath, removeUnusedUploads } from "../../app/api-tools.ts";
import { systemClock } from "../../infra/clock.ts";
import { createMemorySnapshots } from "../../infra/memory/snapshots.ts";
import { BACKENDS } from "../support/backends.ts";
import { tuningState } from "../support/given.ts";
import { scratch } from "../support/mmm.ts";
import { until } from "../support/system.ts";
import { rpc, type WireTask } from "./a2a-wire.ts";
import { call, startBody, startSession, untilStatus } from "./api-harness.ts";
import { worldOn } from "./world.ts";

const SECRET = new Uint8Array(32).fill(7);

describe("a sealed text", () => {
  it("opens with the same secret at the same place, and nowhere else", () => {
    const secretBox = createSecretBox(SECRET, "tests");
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (text, context, other) => {
        const sealed = secretBox.encrypt(text, context);
        expect(secretBox.decrypt(sealed, context)).toBe(text);
        expect(secretBox.encrypt(text, context)).not.toBe(sealed);
        if (other !== context) expect(secretBox.decrypt(sealed, other)).toBeNull();
        expect(createSecretBox(SECRET, "others").decrypt(sealed, context)).toBeNull();
        const stranger = createSecretBox(new Uint8Array(32).fill(8), "tests");
        expect(stranger.decrypt(sealed, context)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it("does not open when a byte of it has changed, or when it is none", () => {
    const secretBox = createSecretBox(SECRET, "tests");
    const sealed = secretBox.encrypt("secret", "here");
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === "A" ? "B" : "A";
      const changed = `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`;
      // The last letter of a base64url part can hold bits that mean nothing.
      const opened = secretBox.decrypt(changed, "here");
      expect([null, "secret"]).toContain(opened);
      if (opened !== null) expect(/^$|\./.test(sealed[at + 1] ?? "")).toBe(true);
    }
    for (const none of ["", "s1", "s1...", "s1.AAAA.AAAA.AAAA", "secret"]) {
      expect(secretBox.decrypt(none, "here")).toBeNull();
    }
  });
});

describe.each(BACKENDS)("on $name", ({ open }) => {
  const world = worldOn(open);

  it("a webhook's address, token and login are not readable in the store, nor given to who asks", async () => {
    const origin = "https://hooks.example";
    const { url, snapshots, unit } = await world.serve({
      settings: { push: { allow_origins: [origin] } },
    });
    const taskId = await startSession(url, unit);
    const authentication = { scheme: "Bearer", credentials: "hook-login" };
    const webhook = { taskId, url: `${origin}/secret-path`, token: "secret-token", authentication };
    const made = await rpc(url, "CreateTaskPushNotificationConfig", webhook);
    const { id } = made.json["result"] as { id: string };
    const stored = (await snapshots.get(`push/${taskId}/0`)) ?? "";
    expect(stored).toContain(id);
    for (const secret of ["hook-login", "secret-token", "secret-path"]) {
      expect(stored).not.toContain(secret);
    }
    const shown = await rpc(url, "GetTaskPushNotificationConfig", { taskId, id });
    const listed = await rpc(url, "ListTaskPushNotificationConfigs", { taskId });
    expect(shown.json["result"]).toMatchObject({ id, url: `${origin}/secret-path` });
    for (const { json } of [shown, listed]) {
      expect(JSON.stringify(json)).not.toContain("hook-login");
      expect(JSON.stringify(json)).not.toContain("secret-token");
    }
    const failures: unknown[] = [];
    const readingWith = (secret: Uint8Array) =>
      createPushConfigs({
        store: snapshots,
        allowOrigins: [origin],
        secretBox: createSecretBox(secret, "webhooks"),
        clock: { now: () => 0, sleep: async () => {} },
        keepMs: 1,
        failed: (error) => void failures.push(error),
      });
    expect(await readingWith(SECRET).list(taskId)).toMatchObject([{ authentication }]);
    expect(await readingWith(new Uint8Array(32)).list(taskId)).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  it("marks of requests are forgotten in time, and yet nothing is started twice", async () => {
    // A server of a month ago: what it kept for thirty days has come to its end.
    const clock = { ...systemClock, now: () => Date.now() - 31 * DAY_MS };
    const { url, log, snapshots, unit } = await world.serve({ tools: { clock } });
    const headers = { "idempotency-key": `kept-${unit}` };
    const first = await call(`${url}/v1/sessions`, { body: startBody(unit), headers });
    const session = first.json["session"] as string;
    const message = { messageId: "kept", role: "ROLE_USER", parts: [{ data: startBody(unit) }] };
    const send = async () => (await rpc(url, "SendMessage", { message })).json["result"];
    const { task } = (await send()) as { task: WireTask };
    await until(log, session);
    await snapshots.expire(Date.now());
    const marks = [`request/${session}`, "message//local/kept"].map((name) => snapshots.get(name));
    expect(await Promise.all(marks)).toEqual([null, null]);
    expect(await snapshots.get(`history-from/${session}`)).not.toBeNull();
    const again = await call(`${url}/v1/sessions`, { body: startBody(unit), headers });
    expect(again.json).toEqual(first.json);
    expect(await send()).toMatchObject({ task: { id: task.id } });
    await untilStatus(url, session, ["completed"]);
    const listed = await call(`${url}/v1/sessions?business_unit=${unit}`);
    expect(listed.json["sessions"]).toHaveLength(2);
  });
});

describe("an uploaded file", () => {
  const now = Date.parse("2026-06-01T00:00:00.000Z");
  const keep = API_SETTINGS.parse({ keep: { uploads_days: 10 } }).keep;

  it("is removed when nobody has used it for long, but not under an open session", async () => {
    const stateDir = scratch();
    const folder = join(stateDir, "data");
    mkdirSync(folder);
    const names = ["a", "b", "c", "d"].map((letter) => `${letter.repeat(64)}.csv`);
    const [old, fresh, running, named] = names as [string, string, string, string];
    for (const name of [...names, "notes.txt"]) {
      writeFileSync(join(folder, name), "week,kpi\n");
      const days = name === fresh ? 9 : 11;
      const time = new Date(now - days * DAY_MS);
      utimesSync(join(folder, name), time, time);
    }
    resolveDataPath(`sha256:${"d".repeat(64)}`, { stateDir, roots: [] });
    const snapshots = createMemorySnapshots();
    const baseline = JSON.stringify({ data: { path: join(folder, running) } });
    const looked: string[] = [];
    await removeExpired({
      clock: { now: () => now, sleep: async () => {} },
      values: snapshots,
      snapshots: {
        ...snapshots,
        list: async ({ status }) => {
          looked.push(status ?? "");
          return status === "waiting" ? ([{ session: "s1" }] as never) : [];
        },
        load: async () =>
          ({ state: JSON.stringify(tuningState({ baseline_text: baseline })) }) as never,
      },
      waiting: () => [],
      keep,
      sweepData: (before, inUse) => removeUnusedUploads(stateDir, before, inUse),
      failed: () => {},
    });
    expect(readdirSync(folder).toSorted()).toEqual([fresh, running, named, "notes.txt"].toSorted());
    expect(existsSync(join(folder, old))).toBe(false);
    expect(looked.toSorted()).toEqual(["running", "waiting"]);
  });
});
