/** `mmm worker`: runs consumers until stopped; sessions on the log go on. */
import type { Command } from "commander";
import { MmmError } from "../schemas/errors.ts";
import { serveProbes } from "../infra/probes.ts";
import { observe, type Observed } from "./observe.ts";
import { settingsOf, withCommon, type CommonOptions, type Shell } from "./shell.ts";
import { ROLE_NAMES, type RoleName } from "./consumers.ts";
import { openApp } from "./wire.ts";

interface WorkerOptions extends CommonOptions {
  readonly roles: readonly RoleName[];
  readonly untilIdle?: boolean;
  readonly probes?: string;
}

const EXAMPLES = `
Examples:
  mmm worker                          all consumers, until Ctrl-C
  mmm worker --until-idle             finish what is open, then stop
  mmm worker --roles guard,trainer    two of them (several processes need --log kafka)

Roles: ${ROLE_NAMES.join(", ")}`;

export function addWorkerCommand(program: Command, shell: Shell): void {
  withCommon(program.command("worker"))
    .description("run consumers")
    .option("--roles <list>", "comma-separated roles", rolesOf, [...ROLE_NAMES])
    .option("--until-idle", "stop when no session is running and nothing waits")
    .option("--probes <host:port>", "serve /live, /ready and /metrics there, such as 0.0.0.0:9464")
    .addHelpText("after", EXAMPLES)
    .action(async (options: WorkerOptions) => work(shell, options));
}

function rolesOf(text: string): readonly RoleName[] {
  return text.split(",").map((name) => {
    const role = ROLE_NAMES.find((known) => known === name.trim());
    if (role !== undefined) return role;
    throw new MmmError("usage", `--roles: "${name}" is none of ${ROLE_NAMES.join(", ")}`);
  });
}

function placeOf(text: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    throw new MmmError("usage", `--probes "${text}": write host:port`);
  }
  return { host: match[1], port };
}

const IDLE_POLL_MS = 200;

async function work(shell: Shell, options: WorkerOptions): Promise<void> {
  const settings = settingsOf(shell, options);
  const app = await openApp({
    settings,
    stateDir: options.stateDir,
    environment: shell.environment,
  });
  try {
    const observed = observe(app, options.roles);
    const running = await app.start(options.roles, observed);
    const server =
      options.probes === undefined
        ? null
        : await serveProbes(observed.probes, placeOf(options.probes));
    shell.err(`working: ${options.roles.join(", ")} (Ctrl-C stops after what is in hand)`);
    const finish = options.untilIdle === true ? idle(observed) : stopped();
    await Promise.race([finish, running.ended]);
    server?.close();
    await running.stop();
  } finally {
    await app.close();
  }

  async function idle(observed: Observed): Promise<void> {
    while (!shell.signal.aborted) {
      await app.clock.sleep(IDLE_POLL_MS, shell.signal);
      const open = await app.snapshots.list({ status: "running", limit: 1 });
      if (open.length === 0 && (await observed.waiting()) === 0) return;
    }
  }

  function stopped(): Promise<void> {
    return new Promise((resolve) => shell.signal.addEventListener("abort", () => resolve()));
  }
}
