/**
 * `npm run bench [-- --quick] [-- --only governed,kafka,streams,rebuild,scale]`: the system
 * benchmarks one after the other, ours and the peers' in one run, as lines for docs/BENCHMARKS.md.
 *
 * Peers are installed apart (bench/loop/against.ts). Benches of engine, router, guard and the Kafka adapter
 * have their own commands.
 */
import { spawn } from "node:child_process";
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
const sessions = values.quick ? "30" : "100";

interface Bench {
  readonly name: string;
  readonly command: readonly string[];
}

const node = process.execPath;
const besideKafka = [node, `${here}against.ts`, "--who", "kafka,restate", "--rounds"];
const BENCHES: readonly Bench[] = [
  {
    name: "governed",
    command: [node, `${here}against.ts`, "--rounds", rounds, "--sessions", sessions],
  },
  { name: "rebuild", command: [node, `${here}rebuild.ts`, "--rounds", rounds] },
  {
    name: "scale",
    command: [node, `${here}scale.ts`, "--open", values.quick ? "100,1000" : "100,10000"],
  },
  // One session at a time takes 0.6 s on Kafka: ten of them say as much as a hundred.
  { name: "kafka", command: [...besideKafka, "3", "--widths", "1", "--sessions", "10"] },
  {
    name: "kafka",
    command: [...besideKafka, rounds, "--widths", "50", "--sessions", sessions],
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
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}\n`,
);
const wanted = values.only?.split(",");
for (const bench of BENCHES) {
  if (wanted !== undefined && !wanted.includes(bench.name)) continue;
  process.stdout.write(`— ${bench.command.slice(1).join(" ").replaceAll(here, "")}\n`);
  if (!(await run(bench))) process.exitCode = 1;
}
