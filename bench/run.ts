/**
 * `npm run bench [-- --quick] [-- --only governed,peers,kafka,streams,rebuild,scale]`: the system
 * benchmarks one after the other, ours and the peers' in one run, as lines for docs/BENCHMARKS.md.
 *
 * Peers are installed apart: `npm install --prefix bench/peers`. One that is not there is named and
 * left out. Benches of engine, router, guard and the Kafka adapter have their own commands.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const here = fileURLToPath(new URL(".", import.meta.url));
const rounds = values.quick ? "1" : "5";
const peerSessions = values.quick ? "30" : "100";

interface Bench {
  readonly name: string;
  readonly command: readonly string[];
  /** Folder it needs to be there. */
  readonly needs?: string;
}

const node = process.execPath;
const peers = `${here}peers/node_modules`;
const BENCHES: readonly Bench[] = [
  { name: "governed", command: [node, `${here}governed-loop.ts`, "--rounds", rounds] },
  {
    name: "peers",
    command: [node, `${here}peers/restate.mjs`, "1,50,500", peerSessions, rounds],
    needs: `${peers}/@restatedev`,
  },
  {
    name: "peers",
    command: ["node", `${here}peers/langgraph.mjs`, "1,50", "20", rounds],
    needs: `${peers}/@langchain`,
  },
  { name: "rebuild", command: [node, `${here}rebuild.ts`, "--rounds", rounds] },
  {
    name: "scale",
    command: [node, `${here}scale.ts`, "--open", values.quick ? "100,1000" : "100,10000"],
  },
  {
    name: "kafka",
    command: [
      node,
      `${here}governed-loop.ts`,
      "--backend",
      "kafka",
      "--rounds",
      rounds,
      "--sessions",
      "100",
    ],
  },
  {
    name: "kafka",
    command: [node, `${here}rebuild.ts`, "--backend", "kafka", "--rounds", rounds],
  },
  {
    name: "streams",
    command: [node, `${here}exactly-once.ts`, "--rounds", rounds],
  },
];

function run(bench: Bench): Promise<boolean> {
  const [program = "", ...args] = bench.command;
  // A peer's native part is built for the Node that npm found, not for the product's own.
  const own =
    program === "node"
      ? { ...process.env, PATH: withoutOwn(process.env["PATH"] ?? "") }
      : process.env;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", env: own });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

function withoutOwn(path: string): string {
  return path
    .split(":")
    .filter((part) => !part.includes("node_modules"))
    .join(":");
}

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}\n`,
);
const wanted = values.only?.split(",");
for (const bench of BENCHES) {
  if (wanted !== undefined && !wanted.includes(bench.name)) continue;
  if (bench.needs !== undefined && !existsSync(bench.needs)) {
    process.stdout.write(`${bench.command[1]}: left out; npm install --prefix bench/peers\n`);
    continue;
  }
  process.stdout.write(`— ${bench.command.slice(1).join(" ").replaceAll(here, "")}\n`);
  if (!(await run(bench))) process.exitCode = 1;
}
