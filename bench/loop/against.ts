/**
 * The governed loop beside its peers in one run: every round each contestant runs once, one after the
 * other, in a process of its own; medians, spreads and ratios to Restate at the end.
 *
 * `node bench/loop/against.ts [--rounds 5] [--widths 1,50,500] [--sessions 100]
 *   [--who embedded,threads,restate,langgraph,kafka] [--json]`
 *
 * Peers: `npm install --prefix bench/peers`; one that is not installed is named and left out.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    widths: { type: "string", default: "1,50,500" },
    sessions: { type: "string", default: "100" },
    who: { type: "string", default: "embedded,threads,restate,langgraph" },
    json: { type: "boolean", default: false },
  },
});

const here = fileURLToPath(new URL(".", import.meta.url));
const { widths, sessions } = values;
const ours = [
  `${here}governed-loop.ts`,
  "--json",
  "--rounds",
  "1",
  "--widths",
  widths,
  "--sessions",
  sessions,
];

interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
  /** Package folder it needs to be there. */
  readonly needs?: string;
}

const threads = String(availableParallelism());
const node = process.execPath;
const CONTESTANTS: Readonly<Record<string, Contestant>> = {
  embedded: { name: "embedded, 1 thread", command: [node, ...ours] },
  threads: {
    name: `embedded, ${threads} threads`,
    command: [node, ...ours, "--threads", threads],
  },
  kafka: { name: "Kafka + Redis", command: [node, ...ours, "--backend", "kafka"] },
  restate: {
    name: "Restate",
    command: [node, `${here}../peers/restate.mjs`, widths, sessions, "1"],
    needs: `${here}../peers/node_modules/@restatedev`,
  },
  langgraph: {
    name: "LangGraph",
    command: ["node", `${here}../peers/langgraph.mjs`, withoutWidest(widths), "20", "1"],
    needs: `${here}../peers/node_modules/@langchain`,
  },
};

/** LangGraph's checkpointer is one connection: 500 at once take minutes and say nothing more. */
function withoutWidest(list: string): string {
  return list
    .split(",")
    .filter((width) => Number(width) <= 50)
    .join(",");
}

interface Measured {
  readonly width: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly cpuMs: number | null;
}

/** The lines of JSON that a contestant prints, as figures. */
function figuresOf(output: string): Measured[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.flatMap((line) => {
    const said = JSON.parse(line) as Record<string, unknown>;
    if (Array.isArray(said["rows"])) {
      return (said["rows"] as Record<string, number[] & number>[]).map((row) => ({
        width: row["width"] as number,
        perSecond: row["perSecond"]?.[0] as number,
        p50: row["p50"]?.[0] as number,
        cpuMs: row["cpuMs"]?.[0] ?? null,
      }));
    }
    const { width, perSecond, p50 } = said as unknown as Omit<Measured, "cpuMs">;
    return [{ width, perSecond, p50, cpuMs: null }];
  });
}

/** A peer's native part is built for the Node that npm found, not for the product's own. */
function environmentOf(program: string): NodeJS.ProcessEnv {
  if (program !== "node") return process.env;
  const path = (process.env["PATH"] ?? "").split(":");
  return { ...process.env, PATH: path.filter((one) => !one.includes("node_modules")).join(":") };
}

function run({ name, command }: Contestant): Promise<Measured[]> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const child = spawn(program, args, { stdio: [...stdio], env: environmentOf(program) });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", () => resolve([]));
    child.once("close", (code) => {
      if (code !== 0) {
        process.exitCode = 1;
        process.stderr.write(`${name} ended with ${code}\n`);
      }
      resolve(figuresOf(output));
    });
  });
}

type Found = Map<string, Map<number, Measured[]>>;

async function runAll(contestants: readonly Contestant[]): Promise<Found> {
  const found: Found = new Map(contestants.map(({ name }) => [name, new Map()]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const contestant of contestants) {
      for (const figures of await run(contestant)) {
        const rows = found.get(contestant.name);
        rows?.set(figures.width, [...(rows.get(figures.width) ?? []), figures]);
      }
    }
  }
  return found;
}

function lineOf(name: string, figures: readonly Measured[]): string {
  const rates = figures.map(({ perSecond }) => perSecond);
  const cpu = figures.map(({ cpuMs }) => cpuMs).filter((ms) => ms !== null);
  const each = cpu.length === 0 ? "" : `, ${median(cpu).toFixed(1)} ms of CPU each`;
  const p50 = median(figures.map((one) => one.p50)).toFixed(0);
  return `${name}: ${median(rates).toFixed(1)} sessions/s (${spread(rates)}), p50 ${p50} ms${each}`;
}

/** Of each width: a line for each contestant, then the ratios of medians. */
function print(found: Found): void {
  const restate = found.get("Restate");
  for (const width of widths.split(",").map(Number)) {
    process.stdout.write(`${width} concurrent\n`);
    const base = median((restate?.get(width) ?? []).map(({ perSecond }) => perSecond));
    for (const [name, rows] of found) {
      const figures = rows.get(width) ?? [];
      if (figures.length === 0) continue;
      const ratio = median(figures.map(({ perSecond }) => perSecond)) / base;
      const beside =
        Number.isNaN(ratio) || name === "Restate" ? "" : ` = ${ratio.toFixed(2)} × Restate`;
      process.stdout.write(`  ${lineOf(name, figures)}${beside}\n`);
    }
  }
}

const wanted = values.who.split(",").map((name) => CONTESTANTS[name.trim()]);
const present = wanted.filter((one): one is Contestant => {
  if (one === undefined) return false;
  const there = one.needs === undefined || existsSync(one.needs);
  if (!there) process.stderr.write(`${one.name}: left out; npm install --prefix bench/peers\n`);
  return there;
});
const found = await runAll(present);
if (values.json) {
  const rows = [...found].map(([name, byWidth]) => ({ name, rows: [...byWidth.values()].flat() }));
  process.stdout.write(`${JSON.stringify({ against: rows })}\n`);
} else print(found);
