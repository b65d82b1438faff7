import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../schemas/codec.ts";
import { computeHistoryDigest } from "../../../session/audit.ts";
import { computeLink } from "../../../session/chain.ts";
import { EXAMPLE, mmm, scratch } from "../../support/mmm.ts";

let folder = "";
let exported = "";
let session = "";

beforeAll(() => {
  folder = scratch();
  const args = ["--state-dir", join(folder, "state"), "--output", join(folder, "out")];
  const run = mmm(["run", ...EXAMPLE, ...args, "--max-iterations", "2", "--json"]);
  session = JSON.parse(run.out).session;
  exported = join(folder, "audit.ndjson");
  mmm([
    "history",
    "export",
    "--session",
    session,
    "--output",
    exported,
    "--state-dir",
    join(folder, "state"),
  ]);
});

function verify(text: string) {
  const file = join(folder, "changed.ndjson");
  writeFileSync(file, text);
  return mmm(["audit", "verify", file, "--state-dir", join(folder, "state")]);
}

describe("mmm audit verify", () => {
  it("passes on an export, with the seal checked, and on the results folder's files", () => {
    const { code, out } = verify(readFileSync(exported, "utf8"));
    expect(out).toContain("seal valid");
    expect(code).toBe(0);
    for (const name of ["optimization_history.ndjson", "optimization_history.json"]) {
      const file = join(folder, "out", name);
      expect(mmm(["audit", "verify", file, "--state-dir", join(folder, "state")]).code).toBe(0);
    }
  });

  it("fails with one byte changed, a record removed, two swapped, or the tail cut", () => {
    const lines = readFileSync(exported, "utf8").trimEnd().split("\n");
    const changed = lines.with(5, (lines[5] ?? "").replace(/"seq":6/, '"seq":7'));
    const body = lines.with(4, (lines[4] ?? "").replace(/"body":"..../, '"body":"AAAA'));
    const swapped = lines.with(3, lines[4] ?? "").with(4, lines[3] ?? "");
    const cut = lines.toSpliced(-3, 2);
    const tail = lines.slice(0, -2);
    for (const bad of [
      changed,
      body,
      lines.toSpliced(7, 1),
      swapped,
      cut,
      tail,
      lines.slice(0, -1),
    ]) {
      const { code, err } = verify(bad.join("\n"));
      expect(code).toBe(12);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });

  it("fails on a history written anew, its chain and manifest worked out again", () => {
    const lines = readFileSync(exported, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const at = lines.findIndex(({ type }) => type === "ModelTrained");
    const event = decodeEvent(Buffer.from(lines[at].body, "base64"));
    if (event.type !== "ModelTrained") throw new Error("no model was trained");
    const better = { ...event, data: { ...event.data, loss: event.data.loss / 2 } };
    lines[at] = { ...lines[at], body: encodeEvent(better).toString("base64"), data: better.data };
    let prev = lines[at].prev;
    for (const line of lines.slice(at, -1)) {
      const body = Buffer.from(line.body, "base64");
      line.prev = prev;
      prev = computeLink({ seq: line.seq, prev }, line, { type: line.type, body }).hash;
      line.hash = prev;
    }
    const events = lines.slice(0, -1).map(({ body }) => decodeEvent(Buffer.from(body, "base64")));
    const { manifest } = lines.at(-1);
    lines[lines.length - 1] = {
      manifest: { ...manifest, head: prev, history_digest: computeHistoryDigest(events) },
    };
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    const { code, err } = verify(text);
    expect([code, err]).toEqual([12, expect.stringContaining("the seal is not these keys'")]);
    // The chain alone cannot tell, and says so: it has no key.
    const file = join(folder, "changed.ndjson");
    const unverified = mmm(["audit", "verify", file]);
    expect(unverified.code).toBe(38);
    expect(unverified.out).toContain("are consistent");
    expect(unverified.out).not.toContain("intact");
  });

  it("tells true from forged by public keys alone, and makes no keys", () => {
    const keys = join(folder, "keys.public.json");
    const state = join(folder, "state");
    const published = mmm(["guard", "keys", "export", "--public", "--state-dir", state]).out;
    expect(published).not.toContain('"d"');
    writeFileSync(keys, published);
    const verified = mmm(["audit", "verify", exported, "--keys", keys, "--json"]);
    expect(verified.code, verified.err).toBe(0);
    expect(JSON.parse(verified.out)).toMatchObject({ standing: "intact", valid: true });
    const empty = scratch();
    const without = mmm(["audit", "verify", exported, "--state-dir", empty]);
    expect(without.code).toBe(10);
    expect(existsSync(join(empty, "keys.json"))).toBe(false);
  });

  it("fails when the seal is another key's", () => {
    const other = scratch();
    mmm(["worker", "--until-idle", "--state-dir", other]);
    expect(mmm(["audit", "verify", exported, "--state-dir", other]).code).toBe(12);
  });
});

describe("mmm history", () => {
  it("shows one line per event, whole in a pipe", () => {
    const { out } = mmm([
      "history",
      "show",
      "--session",
      session,
      "--state-dir",
      join(folder, "state"),
    ]);
    const lines = out.split("\n").filter((line) => /^ *\d+ /.test(line));
    // The first line of an export is its manifest.
    const records = readFileSync(exported, "utf8").trimEnd().split("\n").slice(1);
    expect(lines).toHaveLength(records.length);
    expect(lines.at(-1)).toContain("SessionSealed");
    expect(out).not.toContain("…");
  });

  it("exports CSV in which no cell starts a formula", () => {
    const { out } = mmm([
      "history",
      "export",
      "--session",
      session,
      "--format",
      "csv",
      "--state-dir",
      join(folder, "state"),
    ]);
    expect(out.split("\r\n")[0]).toContain('"seq","time","type"');
    expect(out).not.toMatch(/(?:^|,)"[=+@]/m);
  });
});
