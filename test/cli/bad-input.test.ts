import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../schemas/errors.ts";
import { mmm, scratch } from "../support/mmm.ts";

let folder = "";
const baseline = () => JSON.parse(readFileSync("examples/baseline_model.json", "utf8"));
const context = () => JSON.parse(readFileSync("examples/business_context.json", "utf8"));
const rows = () => readFileSync("examples/simulated/weekly.csv", "utf8").trimEnd().split("\n");

beforeAll(() => {
  folder = scratch();
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Inputs {
  readonly config?: unknown;
  readonly context?: unknown;
  readonly csv?: string | null;
  readonly settings?: string;
  readonly more?: readonly string[];
}

function run(inputs: Inputs) {
  const data =
    inputs.csv === null
      ? join(folder, "missing.csv")
      : file("data.csv", inputs.csv ?? rows().join("\n"));
  const text = (value: unknown, otherwise: unknown) =>
    typeof value === "string" ? value : JSON.stringify(value ?? otherwise);
  return mmm([
    "run",
    "--baseline-config",
    file("baseline.json", text(inputs.config, baseline())),
    "--business-context",
    file("context.json", text(inputs.context, context())),
    "--data",
    data,
    "--state-dir",
    join(folder, "state"),
    "--output",
    join(folder, "out"),
    ...(inputs.settings === undefined
      ? []
      : ["--settings", file("settings.yaml", inputs.settings)]),
    ...(inputs.more ?? []),
  ]);
}

function withCell(row: number, column: number, value: string): string {
  const lines = rows();
  const cells = (lines[row] ?? "").split(",").with(column, value);
  return lines.with(row, cells.join(",")).join("\n");
}

const CASES: readonly {
  what: string;
  inputs: () => Inputs;
  code: keyof typeof ERROR_CODES;
  says: RegExp;
}[] = [
  {
    what: "a missing CSV",
    inputs: () => ({ csv: null }),
    code: "data_invalid",
    says: /missing\.csv/,
  },
  { what: "an empty CSV", inputs: () => ({ csv: "" }), code: "data_invalid", says: /data\.csv/ },
  {
    what: "a malformed CSV",
    inputs: () => ({ csv: `${rows().slice(0, 40).join("\n")}\n"open` }),
    code: "data_invalid",
    says: /data\.csv/,
  },
  {
    what: "a missing column",
    inputs: () => ({
      csv: rows()
        .map((line) => line.split(",").slice(0, 3).join(","))
        .join("\n"),
    }),
    code: "data_invalid",
    says: /column/,
  },
  {
    what: "a gap in the dates",
    inputs: () => ({ csv: rows().toSpliced(20, 1).join("\n") }),
    code: "data_invalid",
    says: /gap|missing/i,
  },
  {
    what: "a duplicate date",
    inputs: () => ({
      csv: rows()
        .toSpliced(20, 0, rows()[20] ?? "")
        .join("\n"),
    }),
    code: "data_invalid",
    says: /twice|duplicate/i,
  },
  {
    what: "a negative spend",
    inputs: () => ({ csv: withCell(10, 2, "-5") }),
    code: "data_invalid",
    says: /tv_spend/,
  },
  {
    what: "NaN",
    inputs: () => ({ csv: withCell(10, 2, "NaN") }),
    code: "data_invalid",
    says: /tv_spend/,
  },
  {
    what: "a blank target",
    inputs: () => ({ csv: withCell(10, 1, "") }),
    code: "data_invalid",
    says: /sales/,
  },
  {
    what: "fewer rows than variables",
    inputs: () => ({ csv: rows().slice(0, 12).join("\n") }),
    code: "data_invalid",
    says: /rows|periods/,
  },
  {
    what: "malformed JSON",
    inputs: () => ({ config: "{oops" }),
    code: "config_invalid",
    says: /baseline\.json/,
  },
  {
    what: "an unknown key in the baseline",
    inputs: () => ({ config: { ...baseline(), colour: 1 } }),
    code: "config_invalid",
    says: /baseline\.json.*colour/,
  },
  {
    what: "an unknown key in the context",
    inputs: () => ({ context: { ...context(), colour: 1 } }),
    code: "config_invalid",
    says: /context\.json.*colour/,
  },
  {
    what: "an unknown key in the settings",
    inputs: () => ({ settings: "session:\n  colour: 1\n" }),
    code: "settings_invalid",
    says: /settings\.yaml.*colour/,
  },
  {
    what: "malformed YAML",
    inputs: () => ({ settings: "session: [" }),
    code: "settings_invalid",
    says: /settings\.yaml/,
  },
  {
    what: "a range upside down",
    inputs: () => ({
      context: { ...context(), roi_benchmarks: { tv: { low: 3, high: 1, source: "x" } } },
    }),
    code: "config_invalid",
    says: /low is above high/,
  },
  {
    what: "a word where a number belongs",
    inputs: () => ({ more: ["--max-iterations", "many"] }),
    code: "usage",
    says: /whole number/,
  },
  {
    what: "a threshold above one",
    inputs: () => ({ more: ["--convergence-threshold", "1.5"] }),
    code: "usage",
    says: /0 … 1/,
  },
];

describe("bad input", () => {
  for (const { what, inputs, code, says } of CASES) {
    it(`is one line with file, field and remedy, and leaves nothing behind: ${what}`, () => {
      const said = run(inputs());
      expect(said.err).toMatch(says);
      expect(said.code).toBe(ERROR_CODES[code].exit);
      if (code !== "usage") expect(said.err.trim().split("\n")).toHaveLength(1);
      expect(said.out).toBe("");
    });
  }

  it("says so when the output folder cannot be written", () => {
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "a file, not a folder");
    const said = run({ more: ["--output", join(blocked, "out")] });
    expect(said.code).toBe(ERROR_CODES.output_unwritable.exit);
    expect(said.err).toContain("--output");
  });

  it("says so when the state is damaged or not there", () => {
    const state = join(folder, "damaged");
    mkdirSync(state);
    writeFileSync(join(state, "state.sqlite"), "this is not a database".repeat(200));
    chmodSync(state, 0o755);
    expect(mmm(["status", "--state-dir", state]).code).toBe(ERROR_CODES.state_damaged.exit);
    expect(mmm(["status", "--state-dir", join(folder, "nowhere")]).code).toBe(
      ERROR_CODES.not_found.exit,
    );
  });

  it("uses wMAPE, and says so, where the target has zeros", () => {
    const said = run({ csv: withCell(150, 1, "0"), more: ["--max-iterations", "1"] });
    expect(said.code).toBe(0);
    expect(said.err).toContain("wMAPE");
  });

  it("names every command's exit code for an unknown command or option", () => {
    expect(mmm(["dance"]).code).toBe(ERROR_CODES.usage.exit);
    expect(mmm(["run"]).code).toBe(ERROR_CODES.usage.exit);
  });
});
