import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmm, scratch } from "../support/mmm.ts";

const BASELINE = ["--baseline", "examples/baseline_model.json"];

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
});
