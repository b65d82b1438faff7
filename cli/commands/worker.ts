/** `mmm worker`: runs consumers until stopped; sessions on the log go on. */
import type { Command } from "commander";
import { MmmError } from "../../schemas/errors.ts";
import { startProbes } from "../../infra/telemetry/probes.ts";
import { observeApp } from "../../app/observers.ts";
import { parseCount } from "../options.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { ROLE_NAMES, type RoleName } from "../../app/compose-consumers.ts";
import { waitUntilIdle } from "../../app/until-idle.ts";
import { runWorkerThreads } from "../../app/worker-threads.ts";
import { openApp } from "../../app/open-app.ts";

interface WorkerOptions extends CommonOptions {
  readonly roles: readonly RoleName[];
  readonly untilIdle?: boolean;
  readonly probes?: string;
  readonly threads?: number;
}

const EXAMPLES = `
Examples:
  mmm worker                          all consumers, until Ctrl-C
  mmm worker --until-idle             finish what is open, then stop
  mmm worker --threads 2              on both cores (a new state folder, or one with 2 shards)
  mmm worker --roles guard,trainer    two of them (several processes need --log kafka)

Roles: ${ROLE_NAMES.join(", ")}`;

export function addWorkerCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("worker"))
    .description("run consumers")
    .option("--roles <list>", "comma-separated roles", parseRoleNames, [...ROLE_NAMES])
    .option("--until-idle", "stop when no session is running and nothing waits")
    .option("--probes <host:port>", "serve /live, /ready and /metrics there, such as 0.0.0.0:9464")
    .option(
      "--threads <n>",
      "threads that share an embedded log made with as many shards",
      parseCount,
    )
    .addHelpText("after", EXAMPLES)
    .action(async (options: WorkerOptions) => runWorker(shell, options));
}

function parseRoleNames(text: string): readonly RoleName[] {
  return text.split(",").map((name) => {
    const role = ROLE_NAMES.find((known) => known === name.trim());
    if (role !== undefined) return role;
    throw new MmmError("usage", `--roles: "${name}" is none of ${ROLE_NAMES.join(", ")}`);
  });
}

function parseHostPort(text: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    throw new MmmError("usage", `--probes "${text}": write host:port`);
  }
  return { host: match[1], port };
}

async function runWorker(shell: Shell, options: WorkerOptions): Promise<void> {
  const settings = loadCommandSettings(shell, options);
  const { threads = 1, stateDir, roles } = options;
  const said = `working: ${roles.join(", ")} (Ctrl-C stops after what is in hand)`;
  if (threads > 1) {
    if (options.probes !== undefined) {
      throw new MmmError("usage", "--probes looks into one thread: leave out --threads");
    }
    const idle = options.untilIdle === true;
    const working = (): void => shell.err(`${said}, ${threads} threads`);
    const job = { settings, stateDir, roles, untilIdle: idle, threads, working };
    return runWorkerThreads({ ...job, signal: shell.signal });
  }
  const app = await openApp({
    settings,
    stateDir,
    environment: shell.environment,
  });
  try {
    const observed = observeApp(app, roles);
    const running = await app.start(roles, observed);
    const server =
      options.probes === undefined
        ? null
        : await startProbes(observed.probes, parseHostPort(options.probes));
    shell.err(running.encoder === null ? said : `${said}; embeddings: ${running.encoder}`);
    const finish =
      options.untilIdle === true ? waitUntilIdle(app, observed, shell.signal) : waitForStopSignal();
    await Promise.race([finish, running.ended]);
    server?.close();
    await running.stop();
  } finally {
    await app.close();
  }

  function waitForStopSignal(): Promise<void> {
    return new Promise((resolve) => shell.signal.addEventListener("abort", () => resolve()));
  }
}
