/** `mmm submit`: asks for a session on the log; workers run it. */
import type { Command } from "commander";
import { requestedSession, submit } from "../producers/request.ts";
import { sessionIdOf } from "../schemas/event.ts";
import { count, fraction, whole } from "./options.ts";
import { requestFrom, type RequestFlags } from "./request.ts";
import { requester } from "./run.ts";
import { settingsOf } from "./command-settings.ts";
import { withCommon, type CommonOptions, type Shell } from "./shell.ts";
import { openApp } from "./wire.ts";

interface SubmitOptions extends CommonOptions, RequestFlags {
  readonly key?: string;
  readonly by: string;
}

const EXAMPLES = `
Examples:
  mmm submit --baseline-config b.json --business-context c.json --key emea-2026-w47
  mmm watch --session $(mmm submit … --json | jq -r .session)

Asking twice with one --key (or with the same files and seed) is asking once.`;

export function addSubmitCommand(program: Command, shell: Shell): void {
  withCommon(program.command("submit"))
    .description("request a session that running workers take up")
    .requiredOption("--baseline-config <file>", "baseline model (JSON)")
    .requiredOption("--business-context <file>", "business context (JSON)")
    .option("--data <file>", "data file, instead of the one the baseline names")
    .option("--max-iterations <n>", "iterations at the most", count)
    .option("--convergence-threshold <x>", "score in 0 … 1 at which tuning ends", fraction)
    .option("--evaluations <n>", "engine evaluations per iteration", count)
    .option("--seed <n>", "seed of all chance in the session", whole, 1)
    .option("--key <name>", "idempotency key")
    .option("--by <name>", "who asks", requester())
    .addHelpText("after", EXAMPLES)
    .action(async (options: SubmitOptions) => submitCommand(shell, options));
}

async function submitCommand(shell: Shell, options: SubmitOptions): Promise<void> {
  const settings = settingsOf(shell, options);
  const request = requestFrom(options, settings, options.by);
  const session =
    options.key === undefined
      ? requestedSession(request, 0)
      : sessionIdOf(`${request.business_unit}/${options.key}`);
  const app = await openApp({
    settings,
    stateDir: options.stateDir,
    environment: shell.environment,
  });
  try {
    await submit(
      app.log,
      {
        session,
        businessUnit: request.business_unit,
        producer: "cli",
        key: "request",
        time: new Date(app.clock.now()).toISOString(),
      },
      { type: "SessionRequested", data: request },
    );
  } finally {
    await app.close();
  }
  if (options.json === true) shell.out(JSON.stringify({ session }));
  else shell.out(session);
}
