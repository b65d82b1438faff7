/** What is said after a session: commands that work when they are copied. */
import { describe, expect, it } from "vitest";
import { formatNextSteps } from "../../../cli/output/next-steps.ts";

const done = { session: "5f0c1122334455", status: "completed", final_config: {} };
const usual = { stateDir: ".mmm", output: "results" };

describe("the next steps", () => {
  it("are the report, a budget, the audit and the words, shortest where all is usual", () => {
    const lines = formatNextSteps(done, usual).split("\n");
    expect(lines).toContain("  mmm report --session 5f0c1122");
    expect(lines).toContain("  mmm plan --results results/optimization_results.json");
    expect(lines).toContain("  mmm explain convergence");
    expect(lines).toContain(
      "  mmm audit verify results/optimization_history.ndjson --state-dir .mmm",
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("stand beside what they are for where that fits", () => {
    const text = formatNextSteps({ ...done, status: "failed", final_config: null }, usual);
    expect(text).toMatch(/mmm history show --session 5f0c1122 {2}what happened/);
  });

  it("carry the folders of the run, quoted for the shell", () => {
    const text = formatNextSteps(done, { stateDir: "my state", output: "it's" });
    expect(text).toContain("--session 5f0c1122 --state-dir 'my state' --output 'it'\\''s/report'");
    expect(text).toContain("--results 'it'\\''s/optimization_results.json' --state-dir 'my state'");
  });

  it("of a session that failed are its history", () => {
    const text = formatNextSteps({ ...done, status: "failed", final_config: null }, usual);
    expect(text).toContain("mmm history show --session 5f0c1122");
    expect(text).not.toContain("mmm report");
  });
});
