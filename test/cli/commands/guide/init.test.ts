/**
 * From a data file alone to a report: what `mmm init` drafts, asks and refuses, and the way through.
 * Data of others are read where they lie, and left out with a message where they do not.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addInitCommand } from "../../../../cli/commands/guide/init.ts";
import type { Shell } from "../../../../cli/shell.ts";
import { DATA_FILES, SHIPPED } from "../../../support/data/first-data.ts";
import { scratch } from "../../../support/mmm.ts";

const MAIN = new URL("../../../../cli/main.ts", import.meta.url).pathname;
const QUICK = { MMM_ROUTER: "rules", MMM_GUARD_SEMANTICS: "lexicon", MMM_REASONING: "builtin" };
const root = scratch();

/** An empty folder of that name. */
function createFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs `mmm …` inside a folder. */
function mmmIn(folder: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...QUICK },
    timeout: 300_000,
  });
  return { code: status, out: stdout, err: stderr };
}

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

describe("the way from a data file to a report", () => {
  it.each(DATA_FILES)(
    "goes through without a file edited, from $name",
    ({ name, data, channels }) => {
      if (typeof data === "string" && !existsSync(data)) {
        process.stdout.write(`left out: ${data} is not here\n`);
        return;
      }
      const folder = createFolder(name.replaceAll(/\W/g, "-"));
      const file = typeof data === "string" ? resolve(data) : join(folder, "data.csv");
      if (typeof data !== "string") data(file);
      const init = mmmIn(folder, ["init", file]);
      expect(init.code, init.err).toBe(0);
      expect(init.out).toContain("next: mmm run");
      const drafted = readJson(folder, "baseline_model.json").channels as Record<string, string>[];
      expect(Object.fromEntries(drafted.map((row) => [row["name"], row["media_type"]]))).toEqual(
        channels,
      );
      const run = mmmIn(folder, ["run", "--max-iterations", "1", "--evaluations", "40"]);
      expect(run.code, run.err).toBe(0);
      expect(run.out).toMatch(/mmm report --session [0-9a-f]{8}/);
      const report = mmmIn(folder, ["report"]);
      expect(report.code, report.err).toBe(0);
      const page = readFileSync(join(folder, "results/report/report.html"), "utf8");
      for (const channel of Object.keys(channels)) expect(page).toContain(channel);
      const results = readJson(folder, "results/optimization_results.json");
      expect(results.methodology.data_unchanged).toBe(true);
      const named = mmmIn(folder, ["status", "--session", results.session.slice(0, 6), "--json"]);
      expect(JSON.parse(named.out)[0].session).toBe(results.session);
    },
  );

  it("starts from a shipped example as well, and says where others' data are", () => {
    const folder = createFolder("example");
    expect(mmmIn(folder, ["init", "--example", "simulated"]).out).toContain("next: mmm run");
    const run = mmmIn(folder, [
      "run",
      "--max-iterations",
      "1",
      "--evaluations",
      "40",
      "--unit",
      "own",
    ]);
    expect(run.code, run.err).toBe(0);
    expect(readJson(folder, "results/optimization_results.json").business_unit).toBe("own");
    const robyn = mmmIn(createFolder("robyn-example"), ["init", "--example", "robyn"]);
    expect(robyn.out).toMatch(
      /curl -fL -o dt_simulated_weekly\.csv https:\/\/\S+dt_simulated_weekly\.csv/,
    );
    expect(mmmIn(folder, ["init", "--example", "none"])).toMatchObject({ code: 2 });
  });
});

/** Runs the command in this process, with answers in the order of the questions. */
async function init(args: readonly string[], answers?: readonly string[]) {
  const said: string[] = [];
  const asked: string[] = [];
  const left = [...(answers ?? [])];
  const shell: Shell = {
    out: (line) => void said.push(line),
    err: (line) => void said.push(line),
    status: () => {},
    terminal: answers !== undefined,
    environment: {},
    signal: new AbortController().signal,
    ...(answers === undefined
      ? {}
      : {
          ask: async (question: string) => {
            asked.push(question);
            return left.shift() ?? "";
          },
        }),
  };
  const program = new Command("mmm").exitOverride();
  addInitCommand(program, shell);
  await program.parseAsync(["node", "mmm", "init", ...args]);
  return { said: said.join("\n"), asked };
}

/** A small weekly file whose dates are Sundays and whose names say little. */
function writeVague(file: string): void {
  const rows = Array.from({ length: 120 }, (_, week) => {
    const date = new Date(Date.UTC(2022, 0, 2) + week * 7 * 86_400_000).toISOString().slice(0, 10);
    const x = 100 + ((week * 37) % 91);
    return `${date},${5000 + 3 * x + ((week * 53) % 97)},${70 + ((week * 11) % 13)},${x}`;
  });
  writeFileSync(file, ["date,revenue,sales,thing_spend", ...rows, ""].join("\n"));
}

describe("a draft", () => {
  it("asks a person what the file leaves open, and takes Enter for its guess", async () => {
    const folder = createFolder("asked");
    const file = join(folder, "vague.csv");
    writeVague(file);
    const { asked } = await init([file, "--output", folder], ["start", "sales", "tv"]);
    expect(asked).toHaveLength(3);
    const baseline = readJson(folder, "baseline_model.json");
    expect(baseline.data.target).toBe("sales");
    expect(baseline.channels[0].media_type).toBe("tv");
    await init([file, "--output", folder, "--force"], ["", "", ""]);
    const again = readJson(folder, "baseline_model.json");
    expect(again.data.target).toBe("revenue");
    expect(again.channels[0].media_type).toBe("other");
  });

  it("asks nothing with --yes or without a terminal, and says so", async () => {
    const folder = createFolder("unasked");
    const file = join(folder, "vague.csv");
    writeVague(file);
    const silent = await init([file, "--output", folder, "--yes"], ["start"]);
    expect(silent.asked).toEqual([]);
    const { said } = await init([file, "--output", folder, "--force"]);
    expect(said).toContain("no terminal: the guesses stand");
    expect(said).toContain("all dates are Sundays");
  });

  it("writes over nothing unless told to, not even in part", async () => {
    const folder = createFolder("there");
    writeFileSync(join(folder, "business_context.json"), "mine");
    await expect(init([SHIPPED, "--output", folder])).rejects.toMatchObject({ code: "conflict" });
    expect(existsSync(join(folder, "baseline_model.json"))).toBe(false);
    expect(readFileSync(join(folder, "business_context.json"), "utf8")).toBe("mine");
    await init([SHIPPED, "--output", folder, "--force"]);
    expect(readJson(folder, "business_context.json").business_unit).toBe("there");
  });

  it("explains itself on a page beside the files, and names a schema that is there", async () => {
    const folder = createFolder("page");
    await init([SHIPPED, "--output", folder, "--unit", "emea"]);
    const page = readFileSync(join(folder, "baseline_model.README.md"), "utf8");
    expect(page).toContain("| `tv_spend` | spend of tv | its name says what was paid; tv |");
    expect(page).toContain('unit "emea"');
    const baseline = readJson(folder, "baseline_model.json");
    expect(existsSync(join(folder, baseline.$schema))).toBe(true);
    expect(baseline.data.events).toEqual(["promotion"]);
  });

  it("is refused in one line where no model can be made", async () => {
    const folder = createFolder("refused");
    const file = join(folder, "data.csv");
    const refuse = (text: string, ...args: string[]) => {
      writeFileSync(file, text);
      return init([file, "--output", folder, ...args]);
    };
    const rows = (cells: (row: number) => string) =>
      Array.from({ length: 40 }, (_, row) => cells(row)).join("\n");
    await expect(refuse(`a,b\n${rows((row) => `x${row},${row ** 2}`)}`)).rejects.toThrow(/dates/);
    const day = (row: number) => new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10);
    await expect(refuse(`date,sales\n${rows((row) => `${day(row)},${row ** 2}`)}`)).rejects.toThrow(
      /no column of spend/,
    );
    await expect(init([join(folder, "none.csv")])).rejects.toThrow(/none\.csv/);
    await expect(init([])).rejects.toMatchObject({ code: "usage" });
    await expect(init([SHIPPED, "--output", folder, "--target", "no"])).rejects.toThrow(/sales/);
    expect(existsSync(join(folder, "baseline_model.json"))).toBe(false);
  });
});
