/** `mmm submit`: asks for a session on the log; workers run it. */
import type { Command } from "commander";
import { deriveRequestedSessionId, sendToInbox } from "../../producers/request.ts";
import { deriveSessionId } from "../../schemas/event.ts";
import { parseCount, parseFraction, parseInteger } from "../options.ts";
import { readSessionRequest, type RequestFlags } from "../../app/request.ts";
import { readUserName } from "./run.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { keepData } from "../../app/data-copies.ts";
import { openApp } from "../../app/open-app.ts";

interface SubmitOptions extends CommonOptions, RequestFlags {
  readonly key?: string;
  readonly by: string;
}

const EXAMPLES = `
Examples:
  mmm submit --baseline-config b.json --business-context c.json --key emea-2026-w47
  mmm watch --session $(mmm submit --baseline-config b.json --business-context c.json --json \\
    | jq -r .session)

Asking twice with one --key (or with the same files and seed) is asking once.`;

export function addSubmitCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("submit"))
    .description("request a session that running workers take up")
    .option("--baseline-config <file>", "baseline model (default: baseline_model.json here)")
    .option(
      "--business-context <file>",
      "business context (default: business_context.json beside the baseline, or none)",
    )
    .option("--unit <name>", "business unit (default: the context's, else the folder's name)")
    .option("--data <file>", "data file, instead of the one the baseline names")
    .option("--max-iterations <n>", "iterations at the most", parseCount)
    .option("--convergence-threshold <x>", "score in 0 … 1 at which tuning ends", parseFraction)
    .option("--evaluations <n>", "engine evaluations per iteration", parseCount)
    .option("--seed <n>", "seed of all chance in the session", parseInteger, 1)
    .option("--key <name>", "idempotency key")
    .option("--by <name>", "who asks", readUserName())
    .addHelpText("after", EXAMPLES)
    .action(async (options: SubmitOptions) => runSubmit(shell, options));
}

async function runSubmit(shell: Shell, options: SubmitOptions): Promise<void> {
  const settings = loadCommandSettings(shell, options);
  const request = await readSessionRequest(options, settings, options.by, ({ digest, bytes }) =>
    keepData(options.stateDir, digest, bytes),
  );
  const session =
    options.key === undefined
      ? deriveRequestedSessionId(request, 0)
      : deriveSessionId(`${request.business_unit}/${options.key}`);
  const app = await openApp({
    settings,
    stateDir: options.stateDir,
    environment: shell.environment,
  });
  try {
    await sendToInbox(
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
