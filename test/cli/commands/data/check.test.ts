/** Protects: `mmm data check` tells every problem at once, in lines of at most 100 columns. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmm, scratch } from "../../../support/mmm.ts";

const EXAMPLE = readFileSync("examples/simulated/weekly.csv", "utf8");

describe("mmm data check", () => {
  const folder = scratch();
  const check = (text: string, ...more: string[]) => {
    const file = join(folder, "data.csv");
    writeFileSync(file, text);
    const result = mmm(["data", "check", file, ...more]);
    expect(Math.max(...result.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(
      more.includes("--json") ? Infinity : 100,
    );
    return result;
  };

  it("shows how the file is read and how ready its channels are", () => {
    const page = join(folder, "check.html");
    const { code, out } = check(
      EXAMPLE.replaceAll(",", ";"),
      "--config",
      "examples/baseline_model.json",
      "--html",
      page,
    );
    expect(code).toBe(0);
    expect(out).toContain('separator ";"');
    expect(out).toMatch(/^tv +\d+ +35\.0 %.* ready$/m);
    expect(readFileSync(page, "utf8")).toContain("<title>Data check: data.csv</title>");
  });

  it("lists every problem with line and remedy, and ends with exit code 5", () => {
    const lines = EXAMPLE.split("\n");
    const broken = lines
      .with(4, (lines[4] ?? "").replace(/,[^,]*/, ","))
      .with(9, (lines[9] ?? "").replace(/,([^,]*),/, ",$1,-"))
      .toSpliced(20, 1);
    const { code, out } = check(broken.join("\n"));
    expect(code).toBe(5);
    expect(out).toContain('Column "sales" has no value on line 5');
    expect(out).toContain("is negative on line 10");
    expect(out).toMatch(/Nothing between 2021-05-10 and 2021-05-24/);
    expect(out).toContain("3 problems to mend");
  });

  it("asks which comes first where no row tells day from month, as JSON too", () => {
    const text = "day,sales,tv_spend\n01/02/2024,1,2\n01/03/2024,2,2\n01/04/2024,1,3\n";
    const { out, code } = check(text, "--json");
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({
      problems: [{ code: "date_ambiguous", column: "day" }],
    });
    expect(check(text, "--date-order", "day_first").out).toContain("3 monthly periods");
  });
});
