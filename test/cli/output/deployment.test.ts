/** Both uses on a terminal. */
import { describe, expect, it } from "vitest";
import { formatDeployment } from "../../../cli/output/deployment.ts";
import { summarizeDeployment } from "../../../schemas/deployment.ts";
import { smallResults } from "../../dashboard/report-fixture.ts";

const summary = summarizeDeployment(smallResults().deployment)!;

describe("the block about deployment", () => {
  it("says uses, reasons, probability, gain, loss, conditions, flags and the experiment", () => {
    const text = formatDeployment(summary).replaceAll(/\s+/g, " ");
    for (const said of [
      "forecasts APPROVE WITH CONDITIONS: on the locked weeks",
      "budget CANNOT TELL: the plan gains",
      "gains with probability 81.0 % (90 % asked for)",
      "gain 1200, expected loss 80",
      "conditions - Run a lift test on tv.",
      "flags - The data said little about tv",
      "run next A geo test of 6 weeks on tv",
    ]) {
      expect(text).toContain(said);
    }
  });

  it("fits 100 columns whatever is said, and shows no control characters", () => {
    const long = `${"many words ".repeat(60)}\u001b[31m`;
    const text = formatDeployment({ ...summary, conditions: [long], flags: Array(9).fill(long) });
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("and 4 more in the results");
  });

  it("is empty for a decision from before there were two uses", () => {
    expect(formatDeployment(null)).toBe("");
    const earlier = { ...smallResults().deployment!, forecast_use: null };
    expect(summarizeDeployment(earlier)).toBeNull();
  });
});
