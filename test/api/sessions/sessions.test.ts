import { describe, expect, it } from "vitest";
import { verifyExport, parseExport } from "../../../session/audit.ts";
import { readIntake } from "../../../api/intake/status.ts";
import { API_SETTINGS } from "../../../api/http/settings.ts";
import { BACKENDS } from "../../support/backends.ts";
import { until } from "../../support/system.ts";
import { call, readEvents, startBody, startSession, untilStatus } from "../api-harness.ts";
import { unsure, worldOn } from "../world.ts";

describe.each(BACKENDS)("on $name", ({ open }) => {
  const world = worldOn(open);

  describe("sessions over HTTP", () => {
    it("start, run and can be read", async () => {
      const { url, failures, unit } = await world.serve();
      const said = await call(`${url}/v1/sessions`, { body: startBody(unit) });
      expect(said.status).toBe(202);
      const session = String(said.json["session"]);
      expect(said.headers.get("location")).toBe(`/v1/sessions/${session}`);
      const done = await untilStatus(url, session, ["completed"]);
      expect(done).toMatchObject({ decision: "approve", requested_by: "local", iteration: 3 });
      expect(done["methodology_digest_now"]).toBe(done["methodology_digest_start"]);
      expect(failures).toEqual([]);
    });

    it("are the same for the same key, and refused for the same key with other content", async () => {
      const { url, unit } = await world.serve();
      const headers = { "idempotency-key": "k-1" };
      const first = await call(`${url}/v1/sessions`, { body: startBody(unit), headers });
      const again = await call(`${url}/v1/sessions`, { body: startBody(unit), headers });
      expect(again.json).toEqual(first.json);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      const other = await call(`${url}/v1/sessions`, {
        body: startBody(unit, { seed: 9 }),
        headers,
      });
      expect(other.status).toBe(422);
      await untilStatus(url, String(first.json["session"]), ["completed"]);
      const list = await call(`${url}/v1/sessions?business_unit=${unit}`);
      expect(list.json["sessions"]).toHaveLength(1);
    });

    it("take each act once for a key, and refuse the key for anything else", async () => {
      const { url, unit } = await world.serve({
        reasoners: { propose: () => new Promise(() => {}) },
      });
      const [session, other] = [await startSession(url, unit), await startSession(url, unit)];
      for (const one of [session, other]) await untilStatus(url, one, ["running"]);
      const act = (verb: string, body: object, to = session) =>
        call(`${url}/v1/sessions/${to}/${verb}`, { body, headers: { "idempotency-key": "k-2" } });
      const first = await act("proposals", { text: "raise tv decay" });
      expect(first.status).toBe(202);
      const again = await act("proposals", { text: "raise tv decay" });
      expect(again).toMatchObject({ status: 202, json: first.json });
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      for (const [verb, body] of [
        ["proposals", { text: "raise radio decay" }],
        ["cancel", { reason: "raise tv decay" }],
        ["decisions", { escalation: "e1", choice: "abort", reason: "no" }],
      ] as const) {
        const said = await act(verb, body);
        expect([verb, said.status]).toEqual([verb, 422]);
        expect(said.headers.get("content-type")).toContain("application/problem+json");
      }
      // Another session is another scope; an unknown one does not exist, whatever the key did before.
      expect((await act("proposals", { text: "raise radio decay" }, other)).status).toBe(202);
      const unknown = await act("proposals", { text: "x" }, "00000000-0000-4000-8000-000000000000");
      expect(unknown.status).toBe(404);
    });

    it("are different without a key", async () => {
      const { url, unit } = await world.serve();
      const [a, b] = [await startSession(url, unit), await startSession(url, unit)];
      expect(a).not.toBe(b);
    });

    it("are listed by page, unit and status", async () => {
      const { url, unit } = await world.serve();
      const units = [unit, unit, `${unit}-apac`];
      const made = await Promise.all(units.map((own) => startSession(url, own)));
      await Promise.all(made.map((session) => untilStatus(url, session, ["completed"])));
      const seen: string[] = [];
      for (let after = ""; ; ) {
        const { json } = await call(`${url}/v1/sessions?limit=2${after}`);
        const rows = json["sessions"] as { session: string }[];
        seen.push(...rows.map(({ session }) => session));
        if (json["next"] === null) break;
        expect(rows).toHaveLength(2);
        after = `&after=${json["next"] as string}`;
      }
      expect(seen).toEqual(seen.toSorted());
      expect(seen.filter((session) => made.includes(session))).toEqual(made.toSorted());
      const rest = await call(`${url}/v1/sessions?business_unit=${unit}-apac&status=completed`);
      expect(rest.json["sessions"]).toMatchObject([{ session: made[2] }]);
    });

    it("can be cancelled, running or still waiting, and the record says by whom", async () => {
      const { url, log, unit } = await world.serve({
        settings: { intake: { running_max: 1 } },
        reasoners: { propose: () => new Promise(() => {}) },
      });
      const running = await startSession(url, unit);
      const waiting = await startSession(url, unit);
      await untilStatus(url, running, ["running"]);
      expect(await untilStatus(url, waiting, ["queued"])).toMatchObject({ ahead_in_unit: 0 });
      for (const session of [waiting, running]) {
        const said = await call(`${url}/v1/sessions/${session}/cancel`, {
          body: { reason: "not needed" },
        });
        expect(said.status).toBe(202);
        const entries = await until(log, session);
        const cancelled = entries.find(({ line }) => line.type === "SessionCancelled");
        expect(cancelled?.line.data).toEqual({ by: "local", reason: "not needed" });
      }
      await untilStatus(url, running, ["cancelled"]);
      const again = await call(`${url}/v1/sessions/${running}/cancel`, { method: "POST" });
      expect(again).toMatchObject({ status: 202, json: { event_id: null } });
    });

    it("wait and run by unit, and who only looks at the state sees the same", async () => {
      const intake = { running_max: 100, default: { running_max: 1, weight: 3 } };
      const { url, log, snapshots, unit } = await world.serve({
        settings: { intake },
        reasoners: { propose: () => new Promise(() => {}) },
      });
      const made = [];
      for (let count = 0; count < 3; count += 1) made.push(await startSession(url, unit));
      await untilStatus(url, made[0] ?? "", ["running"]);
      const settings = API_SETTINGS.parse({ intake }).intake;
      const seen = await readIntake({ log, snapshots, settings, group: "test.intake" });
      const row = seen.find(({ business_unit: name }) => name === unit);
      expect(row).toMatchObject({ queued: 2, running: 1, running_max: 1, weight: 3 });
      const { json } = await call(`${url}/v1/intake`);
      expect(json["business_units"]).toContainEqual(row);
    });

    it("take free-text proposals while they run and refuse them afterwards", async () => {
      const { url, log, unit } = await world.serve();
      const session = await startSession(url, unit);
      await until(log, session, "TaskStated");
      const body = { text: "try a lower decay for tv, about 0.4" };
      const said = await call(`${url}/v1/sessions/${session}/proposals`, { body });
      expect([202, 409]).toContain(said.status);
      await untilStatus(url, session, ["completed"]);
      const late = await call(`${url}/v1/sessions/${session}/proposals`, { body });
      expect(late).toMatchObject({ status: 409, json: { code: "conflict" } });
    });
  });

  describe("an escalation over HTTP", () => {
    it("is listed with what a person needs, and the decision resumes the session", async () => {
      const { url, log, unit } = await world.serve({
        route: unsure,
      });
      const session = await startSession(url, unit);
      await untilStatus(url, session, ["waiting"]);
      const open = await call(`${url}/v1/escalations`);
      const rows = open.json["escalations"] as { session: string }[];
      expect(rows.find((row) => row.session === session)).toMatchObject({
        escalation: "e1",
        options: ["resume", "keep_current", "abort"],
      });
      const decide = (escalation: string, choice: string) =>
        call(`${url}/v1/sessions/${session}/decisions`, {
          body: { escalation, choice, reason: "looked at it", decided_by: undefined },
        });
      const one = (name: string) => call(`${url}/v1/sessions/${session}/escalations/${name}`);
      expect((await one("e1")).json).toMatchObject({
        session,
        escalation: "e1",
        status: "open",
        decision: null,
        options: ["resume", "keep_current", "abort"],
        attempts: [],
      });
      expect((await one("e9")).status).toBe(404);
      expect((await one("x")).status).toBe(400);
      expect((await decide("e9", "abort")).status).toBe(409);
      expect((await decide("e1", "abort")).status).toBe(202);
      const entries = await until(log, session);
      const decided = entries.find(({ line }) => line.type === "HumanDecided");
      expect(decided?.line.data).toMatchObject({ choice: "abort", decided_by: "local" });
      await untilStatus(url, session, ["aborted"]);
      expect((await decide("e1", "abort")).status).toBe(409);
      expect((await one("e1")).json).toMatchObject({
        status: "decided",
        decision: { choice: "abort", decided_by: "local" },
      });
    });

    it("takes one decision of two at once, and records the other as refused", async () => {
      const { url, log, unit } = await world.serve({ route: unsure });
      const session = await startSession(url, unit);
      await untilStatus(url, session, ["waiting"]);
      const decide = (choice: string, reason: string) =>
        call(`${url}/v1/sessions/${session}/decisions`, {
          body: { escalation: "e1", choice, reason },
        });
      const said = await Promise.all([decide("keep_current", "x"), decide("abort", "y")]);
      // Where the snapshot knows of the first already, the second is refused at once.
      const statuses = said.map(({ status }) => status).toSorted((a, b) => a - b);
      expect([
        [202, 202],
        [202, 409],
      ]).toContainEqual(statuses);
      const seen = await until(
        log,
        session,
        statuses[1] === 202 ? "DecisionRefused" : "HumanDecided",
      );
      expect(seen.filter(({ line }) => line.type === "HumanDecided")).toHaveLength(1);
    });

    it("takes no name from the body", async () => {
      const { url } = await world.serve();
      const said = await call(`${url}/v1/sessions/s/decisions`, {
        body: { escalation: "e1", choice: "abort", reason: "x", decided_by: "somebody else" },
      });
      expect(said).toMatchObject({ status: 400, json: { code: "usage" } });
    });
  });

  describe("a history over HTTP", () => {
    it("comes in pages, as a verifiable export, as events, and replays to the snapshot", async () => {
      const { url, unit } = await world.serve();
      const session = await startSession(url, unit);
      const done = await untilStatus(url, session, ["completed"]);
      const base = `${url}/v1/sessions/${session}`;
      const page = await call(`${base}/history?from_seq=3&limit=2`);
      expect(page.json).toMatchObject({ records: [{ seq: 3 }, { seq: 4 }], next_seq: 5 });
      const text = await (await fetch(`${base}/history.ndjson`)).text();
      const report = verifyExport(parseExport(text));
      expect(report.fault).toBeNull();
      const replayed = await call(`${base}/replay`);
      expect(replayed.json).toMatchObject({
        verified: true,
        equals_snapshot: true,
        head: report.head,
        history_digest: report.history_digest,
      });
      const early = await call(`${base}/replay?seq=2`);
      expect(early.json).toMatchObject({ seq: 2, summary: { status: "running" } });
      const results = await call(`${base}/report`);
      expect(results.json).toMatchObject({ session, decision: "approve" });
      const shown = await call(`${base}/report?format=html`);
      expect(shown.json).toEqual({ text: `html ${report.records}` });
      expect(done["seq"]).toBe(report.records);
    });

    it("streams while it grows and resumes after the last event it gave, without gap or repeat", async () => {
      const { url, unit } = await world.serve();
      const session = await startSession(url, unit);
      const base = `${url}/v1/sessions/${session}/events`;
      const first = await readEvents(await fetch(base), ({ id }) => id === "6");
      const rest = await readEvents(await fetch(base, { headers: { "last-event-id": "6" } }));
      const seqs = [...first, ...rest].map(({ id }) => Number(id));
      expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
      expect(rest.at(-1)?.event).toBe("SessionSealed");
      const over = await untilStatus(url, session, ["completed"]);
      const after = { headers: { "last-event-id": String(over["seq"]) } };
      expect((await fetch(base, after)).status).toBe(204);
      const wrong = await fetch(base, { headers: { "last-event-id": "x" } });
      expect(wrong.status).toBe(400);
      await wrong.body?.cancel();
    });
  });
});
