/**
 * The package as a user gets it: `npm pack`, then `npm install TARBALL` in an empty folder, with
 * nothing set and nothing at hand but a registry.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { DATA_FILES } from "../support/data/first-data.ts";
import { scratch } from "../support/mmm.ts";

const PACKAGE = "node_modules/mmm-optimizer";
const MINUTES = 60_000;

/** The environment without what this checkout's npm run set for itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:package|lifecycle|config_(?:local_prefix|ignore_scripts))/i.test(name),
  );
  return Object.fromEntries(own.filter(([name]) => !/^(?:ONNXRUNTIME|MMM_|ANTHROPIC_)/.test(name)));
}

function npm(args: readonly string[], cwd: string): void {
  execFileSync("npm", args, {
    cwd,
    env: plainEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Runs an installed command. */
function run(
  folder: string,
  args: readonly string[],
  { name = "mmm", cwd = folder }: { readonly name?: string; readonly cwd?: string } = {},
) {
  const { status, stdout, stderr } = spawnSync(join(folder, "node_modules/.bin", name), args, {
    cwd,
    env: plainEnvironment(),
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** Files that the guard judges with, and what is said of each that is not as it was shipped. */
const DAMAGES: readonly {
  readonly what: string;
  readonly file: string;
  readonly make: (sound: Buffer) => Buffer | string;
  readonly code: number;
  readonly says: RegExp;
}[] = [
  {
    what: "the encoder is cut",
    file: "router/weights/model.onnx",
    make: (sound) => sound.subarray(0, 1_000_000),
    code: 30,
    says: /^mmm: the guard cannot judge words: .*model\.onnx.*SHA-256.*install the package/,
  },
  {
    what: "the intent head is altered",
    file: "guard/data/intent-head.json",
    make: (sound) => sound.toString("utf8").replace(/"threshold": [0-9.]+/, '"threshold": 1'),
    code: 31,
    says: /^mmm: Intent head: altered .*install the package/,
  },
  {
    what: "the intent head is cut",
    file: "guard/data/intent-head.json",
    make: (sound) => sound.subarray(0, 1_000),
    code: 1,
    says: /^mmm: a file of the program is missing or damaged .*install the package/,
  },
  {
    what: "the specification is altered",
    file: "guard/methodology_spec.json",
    make: (sound) => sound.toString("utf8").replace('"version": ', '"version": 9'),
    code: 4,
    says: /^mmm: Methodology specification: altered .*install the package/,
  },
  {
    what: "the specification is cut",
    file: "guard/methodology_spec.json",
    make: (sound) => sound.subarray(0, 1_000),
    code: 1,
    says: /^mmm: a file of the program is missing or damaged .*install the package/,
  },
];

/** One governed session on the shipped example. */
function session(folder: string, output: string) {
  const examples = `${PACKAGE}/dist/examples`;
  const baseline = ["--baseline-config", `${examples}/baseline_model.json`];
  const context = ["--business-context", `${examples}/business_context.json`];
  const limits = ["--max-iterations", "3", "--seed", "7"];
  const folders = ["--output", output, "--state-dir", `${output}-state`];
  return run(folder, ["run", ...baseline, ...context, ...limits, ...folders, "--json"]);
}

/** What a session must have come to, whatever computes embeddings; says its history's digest. */
function expectGoodSession(folder: string, output: string): string {
  const { code, out, err } = session(folder, output);
  expect(code, err).toBe(0);
  expect(err).not.toContain("vetoed");
  const results = JSON.parse(out);
  expect(results).toMatchObject({
    status: "completed",
    counts: { vetoes: 0, rejections: 0, escalations: 0 },
    methodology: { unchanged: true },
  });
  expect(results.changes).not.toEqual([]);
  const { baseline, final } = results.validation;
  expect(final.mae).toBeLessThan(baseline.mae);
  return results.history.digest;
}

describe("the package, installed from its tarball in an empty folder", () => {
  let folder = "";
  let digest = "";

  beforeAll(() => {
    folder = scratch();
    npm(["pack", "--pack-destination", folder], ".");
    const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    npm(["init", "-y"], folder);
    npm(["install", join(folder, tarball)], folder);
  }, 40 * MINUTES);

  it("offers `mmm` and `mmm-optimizer`", () => {
    for (const name of ["mmm", "mmm-optimizer"]) {
      expect(run(folder, ["--version"], { name }).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it(
    "tunes the shipped example to a better model, with no veto, without onnxruntime-node",
    () => {
      const native = join(folder, "node_modules/onnxruntime-node");
      const aside = join(folder, "onnxruntime-node-aside");
      if (existsSync(native)) renameSync(native, aside);
      expect(JSON.parse(run(folder, ["doctor", "--json"]).out)).toContainEqual({
        name: "guard",
        state: "ok",
        detail: "judges: lexicon, head; embeddings: wasm",
      });
      digest = expectGoodSession(folder, "wasm");
    },
    10 * MINUTES,
  );

  it(
    "does the same with it: the same history, to the last digit",
    () => {
      // As npm 12 installs it: the package with its binaries, its install script not run.
      cpSync("node_modules/onnxruntime-node", join(folder, "node_modules/onnxruntime-node"), {
        recursive: true,
      });
      expect(run(folder, ["doctor", "--json"]).out).toContain("embeddings: native");
      expect(expectGoodSession(folder, "native")).toBe(digest);
    },
    10 * MINUTES,
  );

  it(
    "is a library, too",
    () => {
      const program =
        'import { Orchestrator } from "mmm-optimizer"; console.log(typeof Orchestrator)';
      const node = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(node.trim()).toBe("function");
    },
    2 * MINUTES,
  );

  it.each(DATA_FILES)(
    "goes from a data file alone to a report, with no option and no file edited: $name",
    ({ name, data, channels }) => {
      if (typeof data === "string" && !existsSync(data)) {
        process.stdout.write(`left out: ${data} is not here\n`);
        return;
      }
      const own = join(folder, name.replaceAll(/\W/g, "-"));
      mkdirSync(own);
      if (typeof data === "string") cpSync(data, join(own, "sales.csv"));
      else data(join(own, "sales.csv"));
      for (const args of [["init", "sales.csv"], ["run"], ["report"]]) {
        const { code, err } = run(folder, args, { cwd: own });
        expect(code, `${args.join(" ")}: ${err}`).toBe(0);
      }
      const page = readFileSync(join(own, "results/report/report.html"), "utf8");
      for (const channel of Object.keys(channels)) expect(page).toContain(channel);
    },
    10 * MINUTES,
  );

  it("explains its words and completes its options", () => {
    expect(run(folder, ["explain", "R-hat"]).out).toContain("chains");
    expect(run(folder, ["completion", "bash"]).out).toContain("--baseline-config");
  });

  it.each(DAMAGES)(
    "says in one line that $what, before a session starts",
    (damage) => {
      const file = join(folder, PACKAGE, "dist", damage.file);
      const sound = readFileSync(file);
      try {
        writeFileSync(file, damage.make(sound));
        const { code, err } = session(folder, "damaged");
        expect(err.trim().split("\n"), err).toEqual([expect.stringMatching(damage.says)]);
        expect(code).toBe(damage.code);
        expect(existsSync(join(folder, "damaged", "optimization_results.json"))).toBe(false);
      } finally {
        writeFileSync(file, sound);
      }
    },
    3 * MINUTES,
  );

  it(
    "says so when the encoder's weights are gone, and no session is left behind",
    () => {
      const file = join(folder, PACKAGE, "dist/router/weights/model.onnx");
      renameSync(file, `${file}.aside`);
      const { code, err } = session(folder, "damaged");
      renameSync(`${file}.aside`, file);
      expect(code, err).toBe(30);
      expect(err).toMatch(/^mmm: the guard cannot judge words: .*cannot read model\.onnx.*\n$/);
      const sessions = run(folder, ["status", "--state-dir", "damaged-state", "--json"]);
      expect(JSON.parse(sessions.out)).toEqual([]);
    },
    3 * MINUTES,
  );
});
