/**
 * Rejections through the command line: every proposal is refused by a stand-in of Claude's judge (this
 * proves plumbing, not detection), so that a person has to decide.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEY, plainAnswer, roleOf } from "../../support/claude/system.ts";
import { says, startMessagesApi, type MessagesApi } from "../../support/claude/messages-api.ts";
import { EXAMPLE, mmm, scratch, startMmm } from "../../support/mmm.ts";

const folder = scratch();
const state = ["--state-dir", join(folder, "state")];
const refusal = {
  verdict: "violation",
  field: "adstock",
  passage: "\u001b[2J<b>another carryover</b>",
  why: "It wants another carryover function.",
};

let api: MessagesApi;
let environment: Record<string, string> = {};
let session = "";

beforeAll(async () => {
  api = await startMessagesApi((asked) =>
    roleOf(asked) === "one layer" ? says(refusal) : plainAnswer(asked),
  );
  environment = { MMM_REASONING: "", ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url };
  const short = ["--max-iterations", "1", "--evaluations", "40", "--on-escalation", "wait"];
  const args = ["run", ...EXAMPLE, ...state, ...short, "--output", join(folder, "out")];
  const run = startMmm(args, environment);
  while (!run.said().includes("a person has to decide e1")) {
    if (run.child.exitCode !== null) throw new Error(run.said());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  run.child.kill("SIGINT");
  expect(await run.exited).toBe(130);
  session = /session ([0-9a-f-]{36})/.exec(run.said())?.[1] ?? "";
}, 60_000);

afterAll(async () => {
  await api.close();
});

interface Line {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

function linesOf(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

const historyOf = () =>
  linesOf(mmm(["history", "show", "--session", session, ...state, "--json"]).out);
const rejections = (lines: readonly Line[]) =>
  lines.flatMap(({ type, data }) => (type === "ProposalRejected" ? [data] : []));

describe("mmm escalations show", () => {
  it("fits one screen: proposal, layer, code, evidence, feedback with works, options, time left", () => {
    const { out, code } = mmm(["escalations", "show", "e1", ...state]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(50);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(lines[0]).toBe(`e1 of session ${session}`);
    expect(out).toMatch(
      /state +open, (?:23 h \d+ min|1 d 0 h) left \(until [-0-9: ]+ UTC\), then keep_current/,
    );
    expect(out).toMatch(/proposed +w1\.\d by data_scientist\n +hyperparameters\.\S+ → [0-9.]+\n/);
    expect(out).toContain(
      "semantics · intent_methodology at reasoning: It wants another carryover",
    );
    expect(out).toMatch(/1\. w1\.1 by data_scientist, refused by research_persona/);
    expect(out).toContain("cites Koyck (1954)");
    expect(out).toContain("Koyck, L. M. (1954). Distributed Lags");
    expect(out).toContain("permitted: ");
    for (const option of ["resume", "keep_current", "abort"]) expect(out).toContain(`${option}: `);
    expect(out).toContain(`mmm escalations resolve --session ${session} --escalation e1`);
    expect(out).not.toContain("\u001b");
    expect(out).not.toContain("<b>");
  });

  it("is the same by SESSION/e1 and in the list, and has all of it as JSON", () => {
    const { out } = mmm(["escalations", "show", `${session}/e1`, ...state, "--json"]);
    const view = JSON.parse(out);
    expect(view).toMatchObject({
      session,
      escalation: "e1",
      status: "open",
      decision: null,
      default_choice: "keep_current",
      options: ["resume", "keep_current", "abort"],
      violations: [{ layer: "semantics", code: "intent_methodology" }],
    });
    expect(view.seconds_left).toBeGreaterThan(86_000);
    expect(view.attempts.map(({ count }: { count: number }) => count)).toEqual([1, 2, 3]);
    expect(view.attempts[0].citations).toContain("koyck_1954");
    expect(view.references[0].reference).toMatch(/Koyck/);
    const listed = JSON.parse(mmm(["escalations", "list", ...state, "--json"]).out);
    expect({ ...listed, seconds_left: 0 }).toEqual({ ...view, seconds_left: 0 });
  });

  it("says what is not there", () => {
    expect(mmm(["escalations", "show", "e7", ...state]).code).toBe(10);
    expect(mmm(["escalations", "show", `${session}/e7`, ...state]).code).toBe(10);
    expect(mmm(["escalations", "show", "--help"]).out).toContain("Examples:");
  });
});

describe("the rejections of a session", () => {
  it("count in a fork, also in one from before the first of them", async () => {
    const parent = rejections(historyOf());
    expect(parent.map(({ count }) => count)).toEqual([1, 2, 3]);
    const output = join(folder, "fork");
    const fork = ["--fork", "--at", "6", "--call-out", "--output", output];
    const forked = startMmm(["replay", "--session", session, ...fork, ...state], environment);
    expect(await forked.exited, forked.said()).toBe(0);
    const [first] = rejections(
      linesOf(readFileSync(join(output, "optimization_history.ndjson"), "utf8")),
    );
    // The same content under a new id in a new session: its second refusal, not its first.
    expect(first).toMatchObject({
      content_digest: parent[0]?.["content_digest"],
      count: 2,
      next: "alternative",
    });
  }, 60_000);
});

describe("mmm escalations resolve", () => {
  const resolve = (...what: readonly string[]) =>
    mmm(["escalations", "resolve", "--session", session, "--escalation", "e1", ...state, ...what]);

  it("takes one decision; another by whomever, and a late one, are refused and recorded", async () => {
    const abort = ["--decision", "abort", "--reason", "stop it", "--by", "ann"];
    expect(resolve(...abort).code).toBe(0);
    expect(resolve(...abort).code, "the same sent again is the same").toBe(0);
    const second = ["--decision", "resume", "--reason", "changed my mind", "--by", "ann"];
    expect(resolve(...second).code).toBe(0);
    expect(resolve("--decision", "resume", "--reason", "no", "--by", "bob").code).toBe(0);
    const worker = startMmm(["worker", "--until-idle", ...state], environment);
    expect(await worker.exited, worker.said()).toBe(0);
    const lines = historyOf();
    const of = (wanted: string) =>
      lines.filter(({ type }) => type === wanted).map(({ data }) => data);
    expect(of("HumanDecided")).toMatchObject([{ choice: "abort", decided_by: "ann" }]);
    expect(of("DecisionRefused")).toMatchObject([{ decided_by: "ann" }, { decided_by: "bob" }]);
    expect(of("SessionCompleted")).toMatchObject([{ status: "aborted" }]);
    const exported = join(folder, "history.ndjson");
    mmm(["history", "export", "--session", session, ...state, "--output", exported]);
    // What came too late stands behind the seal, which still holds.
    expect(lines.at(-1)?.type).toBe("DecisionRefused");
    expect(mmm(["audit", "verify", exported, ...state]).out).toContain("seal valid");
    const late = resolve("--decision", "resume", "--reason", "too late", "--by", "carl");
    expect(late.code).toBe(11);
    expect(late.err).toContain("late, repeated or unknown");
    const { out } = mmm(["escalations", "show", `${session}/e1`, ...state]);
    expect(out).toMatch(/decided +abort by ann: stop it/);
    expect(out).toContain("bob: refused");
    expect(out).not.toContain("options ");
  }, 60_000);
});
