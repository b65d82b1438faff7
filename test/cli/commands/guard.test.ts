import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KEY } from "../../support/claude/system.ts";
import { fails, says, startMessagesApi, type Reply } from "../../support/claude/messages-api.ts";
import { EXAMPLE, mmm, scratch, startMmm } from "../../support/mmm.ts";

const BASELINE = ["--baseline", "examples/baseline_model.json"];
const DATA = "examples/simulated/weekly.csv";

describe("mmm guard check", () => {
  const folder = scratch();
  const proposal = (text: string) => {
    const path = join(folder, "proposal.json");
    writeFileSync(path, text);
    return path;
  };

  it("clears a permitted tuning with exit code 0", () => {
    const file = proposal(
      '{"changes":[{"path":"hyperparameters.tv.decay","to":0.62}],"reasoning":"tv carries over longer"}',
    );
    expect(mmm(["guard", "check", ...BASELINE, "--proposal", file])).toMatchObject({
      code: 0,
      out: "cleared\n",
    });
  });

  it("vetoes a methodology change with exit code 3 and says why", () => {
    const file = proposal('{"changes":[{"path":"adstock.type","to":1}],"reasoning":""}');
    const { code, out } = mmm(["guard", "check", ...BASELINE, "--proposal", file, "--explain"]);
    expect(code).toBe(3);
    expect(out).toMatch(/^vetoed\n/);
    expect(out).toContain("adstock.type");
  });

  it("judges saturation over the spend of --data as a session does", () => {
    const [head = "", ...weeks] = readFileSync("examples/simulated/weekly.csv", "utf8").split("\n");
    const tv = head.split(",").indexOf("tv_spend");
    const spiked = weeks.map((week, at) =>
      at === 3 ? week.split(",").with(tv, "10000000").join(",") : week,
    );
    const data = join(folder, "spiked.csv");
    writeFileSync(data, [head, ...spiked].join("\n"));
    const file = proposal(
      '{"changes":[{"path":"hyperparameters.tv.gamma","to":1}],"reasoning":"tv saturates later"}',
    );
    const args = ["guard", "check", ...BASELINE, "--proposal", file];
    expect(mmm(args).code).toBe(0);
    const { code, out } = mmm([...args, "--data", data]);
    expect(code).toBe(3);
    expect(out).toContain("saturation_linear at hyperparameters.tv.gamma");
    expect(mmm([...args, "--data", join(folder, "missing.csv")]).code).toBe(5);
  });

  it("judges every line of a batch, also lines that cannot be read", () => {
    const batch = join(folder, "batch.ndjson");
    writeFileSync(
      batch,
      `${JSON.stringify({ id: 1, proposal: '{"changes":[{"path":"hyperparameters.tv.decay","to":0.5}],"reasoning":"x"}' })}\n` +
        `${JSON.stringify({ id: 2, proposal: '{"config":1,"config":2}', reasoning: "y" })}\nrubbish\n`,
    );
    const { code, out } = mmm(["guard", "check", ...BASELINE, "--batch", batch]);
    const verdicts = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(code).toBe(3);
    expect(verdicts.map((row) => [row.id, row.verdict])).toEqual([
      [1, "cleared"],
      [2, "vetoed"],
      [null, "vetoed"],
    ]);
    expect(Object.keys(verdicts[1])).toEqual(["id", "verdict", "layer", "violations"]);
  });
});

describe("mmm guard check with the wrong options", () => {
  it("wants one of --proposal and --batch, and a key for --claude", () => {
    const file = join(scratch(), "proposal.json");
    writeFileSync(file, '{"changes":[{"path":"hyperparameters.tv.decay","to":0.5}]}');
    expect(mmm(["guard", "check", ...BASELINE]).code).toBe(2);
    expect(mmm(["guard", "check", ...BASELINE, "--proposal", file, "--batch", file]).code).toBe(2);
    expect(mmm(["guard", "check", ...BASELINE, "--proposal", file, "--claude"]).code).toBe(2);
  });
});

describe("mmm guard check --explain", () => {
  const file = join(scratch(), "proposal.json");
  writeFileSync(
    file,
    '{"changes":[{"path":"hyperparameters.tv.decay","to":0.62}],"reasoning":"tv carries over longer"}',
  );
  const args = ["guard", "check", ...BASELINE, "--data", DATA, "--proposal", file, "--explain"];

  it("prints each layer's figures, limits and time in 100 columns, the head's scores too", () => {
    const { out, code } = mmm(args, { MMM_GUARD_SEMANTICS: "encoder" });
    expect(code).toBe(0);
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(out).toMatch(/rules +cleared +[0-9.]+ (?:µs|ms) +1 number changed/);
    expect(out).toMatch(/signature +cleared +[0-9.]+ (?:µs|ms) /);
    expect(out).toMatch(/tv +0\.58 → 1\.45 +30\.0 % → 62\.0 % +0\.2 % +20\.8 % +0\.67 +57\.1 %/);
    expect(out).toMatch(
      /shrinkage 9\.1 % \(0\.005 % to 60\.0 %\); 4 folds, 13 locked weeks, 5 of 5/,
    );
    expect(out).toContain("curvature over the spend that the data show");
    expect(out).toMatch(
      /head +cleared +[0-9.]+ ms .*refused from 0\.\d+\n +0\.\d+ +"tv carries over/,
    );
  });

  it("has the figures as JSON, for one proposal and for a batch", () => {
    const said = JSON.parse(mmm([...args, "--json"]).out);
    expect(said.figures.signature.channels).toHaveLength(5);
    expect(said.figures.layers.map(({ layer }: { layer: string }) => layer)).toEqual([
      "rules",
      "signature",
      "semantics",
    ]);
    expect(said.figures.judges[0]).toMatchObject({ judge: "lexicon", verdict: "cleared" });
    const batch = join(scratch(), "batch.ndjson");
    writeFileSync(batch, `${JSON.stringify({ id: 1, proposal: "{}" })}\n`);
    const lines = mmm(["guard", "check", ...BASELINE, "--batch", batch, "--explain"]);
    expect(JSON.parse(lines.out)).toMatchObject({ id: 1, figures: { signature: null } });
  });
});

describe("mmm guard check --claude against a stand-in (plumbing, not detection)", () => {
  const file = join(scratch(), "proposal.json");
  const words = "tv carries over longer than assumed";
  writeFileSync(
    file,
    `{"changes":[{"path":"hyperparameters.tv.decay","to":0.62}],"reasoning":"${words}"}`,
  );
  const cleared = { verdict: "cleared", field: "none", passage: "", why: "It tunes numbers." };
  const violation = { verdict: "violation", field: "adstock", passage: words, why: "Says so." };

  async function ask(reply: Reply, proposal = file) {
    const api = await startMessagesApi(() => reply);
    try {
      const environment = {
        MMM_REASONING: "",
        ANTHROPIC_API_KEY: KEY,
        ANTHROPIC_BASE_URL: api.url,
      };
      const run = startMmm(
        ["guard", "check", ...BASELINE, "--proposal", proposal, "--claude", "--explain"],
        environment,
      );
      const code = await run.exited;
      expect(run.said()).not.toContain(KEY);
      return { code, said: run.said(), asked: api.asked };
    } finally {
      await api.close();
    }
  }

  it("clears when Claude clears as well, and asks once, with the words quoted and no tools", async () => {
    const { code, said, asked } = await ask(says(cleared));
    expect(code, said).toBe(0);
    expect(said).toMatch(/claude +cleared +[0-9.]+ ms +no intent found \(claude-haiku/);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.body.tools ?? []).toEqual([]);
    expect(JSON.stringify(asked[0]?.body.messages)).toContain(words);
    expect(asked[0]?.body.system[0]?.text).toMatch(/^You are one layer/);
    expect(JSON.stringify(asked[0]?.body.system)).not.toContain(words);
  });

  it("vetoes what Claude refuses, and what Claude cannot be asked about", async () => {
    const refused = await ask(says(violation));
    expect(refused.code).toBe(3);
    expect(refused.said).toContain("intent_methodology at reasoning: Says so.");
    const unsure = await ask(says({ ...cleared, verdict: "unsure" }));
    expect([unsure.code, unsure.said]).toEqual([3, expect.stringContaining("text_unjudgeable")]);
    const down = await ask(fails(401));
    expect([down.code, down.said]).toEqual([3, expect.stringContaining("judge_unavailable")]);
  });

  it("is not asked, nor paid, for what an earlier layer refused", async () => {
    const other = join(scratch(), "other.json");
    writeFileSync(other, `{"changes":[{"path":"adstock.type","to":1}],"reasoning":"${words}"}`);
    const { code, said, asked } = await ask(says(cleared), other);
    expect(code).toBe(3);
    expect(said).toMatch(/claude +skipped +not asked/);
    expect(asked).toEqual([]);
  });
});

describe("mmm guard keys", () => {
  it("rotates and retires, and never prints a private half", () => {
    const state = scratch();
    const list = () =>
      JSON.parse(mmm(["guard", "keys", "list", "--state-dir", state, "--json"]).out);
    const before = list().filter((row: { ring: string }) => row.ring === "guard");
    const rotated = mmm(["guard", "keys", "rotate", "--state-dir", state, "--json"]);
    const after = list().filter((row: { ring: string }) => row.ring === "guard");
    expect(after).toHaveLength(2);
    expect(after.find((row: { kid: string }) => row.kid === before[0].kid).signs).toBe(false);
    expect(rotated.out).not.toContain('"d"');
    expect(mmm(["guard", "keys", "retire", before[0].kid, "--state-dir", state]).code).toBe(0);
    expect(list().filter((row: { ring: string }) => row.ring === "guard")).toHaveLength(1);
  });

  it("rotates under a session that is under way: it goes on, and its history says who signed", async () => {
    const state = ["--state-dir", join(scratch(), "state")];
    const output = ["--output", join(scratch(), "out")];
    const run = ["run", ...EXAMPLE, ...state, ...output, "--max-iterations", "2", "--json"];
    const first = startMmm(run);
    while (!first.said().includes("baseline trained")) {
      if (first.child.exitCode !== null) throw new Error(first.said());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.child.kill("SIGINT");
    expect(await first.exited).toBe(130);
    const keys = (...what: string[]) => mmm(["guard", "keys", ...what, ...state, "--json"]);
    const signing = (out: string) =>
      (JSON.parse(out) as { ring: string; kid: string; signs: boolean }[]).find(
        ({ ring, signs }) => ring === "guard" && signs,
      )?.kid ?? "";
    const old = signing(keys("list").out);
    const next = signing(keys("rotate").out);
    expect(next).not.toBe(old);
    const early = keys("retire", old);
    expect([early.code, early.err]).toEqual([11, expect.stringMatching(/1 open session rests on/)]);
    const { code, out } = mmm(run);
    expect(code).toBe(0);
    const { session } = JSON.parse(out) as { session: string };
    const history = mmm(["history", "show", "--session", session, ...state, "--json"]).out;
    const signers = [...history.matchAll(/"clearance":"([\w-]+)\./g)].map(
      ([, header = ""]) => JSON.parse(Buffer.from(header, "base64url").toString()).kid,
    );
    expect(signers[0]).toBe(old);
    expect(signers.at(-1)).toBe(next);
    const verify = () => mmm(["replay", "--session", session, "--verify", ...state]);
    expect(verify().code).toBe(0);
    // Only a key that is retired stops to count, also for who looks back.
    expect(keys("retire", old).code).toBe(0);
    const after = verify();
    expect([after.code, after.err]).toEqual([12, expect.stringContaining("OutcomeRefused")]);
    expect(keys("retire", next).code, "the signing key stays").toBe(11);
  }, 120_000);
});
