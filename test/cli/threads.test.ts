import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE, mmm, scratch } from "../support/mmm.ts";

interface Listed {
  readonly session: string;
  readonly status: string;
}

const QUICK = ["--max-iterations", "1", "--evaluations", "5"];
let folder = "";
let state: string[] = [];

function submit(seed: number): void {
  const { code, err } = mmm(["submit", ...EXAMPLE, ...QUICK, "--seed", `${seed}`, ...state]);
  expect(code, err).toBe(0);
}

function sessions(): Listed[] {
  const { out } = mmm(["status", "--json", ...state]);
  return JSON.parse(out) as Listed[];
}

function headOf(session: string): string {
  const file = join(folder, `${session}.ndjson`);
  const { out } = mmm(["history", "export", "--session", session, ...state]);
  writeFileSync(file, out);
  const audit = mmm(["audit", "verify", file, ...state]);
  expect(audit.code, audit.err).toBe(0);
  return audit.out;
}

beforeAll(() => {
  folder = scratch();
  state = ["--state-dir", join(folder, "state")];
});

describe("mmm worker --threads", () => {
  it("works on a folder of as many shards, each session to its sealed end", () => {
    const first = mmm(["worker", "--threads", "2", "--until-idle", ...state]);
    expect(first.code, first.err).toBe(0);
    for (const seed of [1, 2, 3]) submit(seed);
    const work = mmm(["worker", "--threads", "2", "--until-idle", ...state]);
    expect(work.code, work.err).toBe(0);
    expect(work.err).toContain("2 threads");
    const found = sessions();
    expect(found.map(({ status }) => status)).toEqual(Array(3).fill("completed"));
    for (const { session } of found) expect(headOf(session)).not.toBe("");
  });

  it("leaves a folder that one thread can work on as well", () => {
    submit(4);
    const work = mmm(["worker", "--until-idle", ...state]);
    expect(work.code, work.err).toBe(0);
    expect(sessions().filter(({ status }) => status === "completed")).toHaveLength(4);
  });

  it("refuses more threads than the folder has shards, other logs, and probes", () => {
    const more = mmm(["worker", "--threads", "3", "--until-idle", ...state]);
    expect(more.code).toBe(32);
    expect(more.err).toContain("made with 2 shards");
    expect(mmm(["worker", "--threads", "2", "--log", "memory", ...state]).code).toBe(2);
    const probed = ["worker", "--threads", "2", "--probes", "127.0.0.1:0", ...state];
    expect(mmm(probed).code).toBe(2);
  });
});
