/** `mmm propose`: anyone's text for a running session; it takes the way through router and guard. */
import type { Command } from "commander";
import { MmmError } from "../../schemas/errors.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { sendToInbox } from "../../producers/request.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { readUserName } from "./run.ts";
import { openFor } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";

interface ProposeOptions extends CommonOptions {
  readonly session: string;
  readonly text: string;
  readonly by: string;
}

const TEXT_CHARS_MAX = 20_000;

export function addProposeCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("propose"))
    .description("add a free-text proposal to a running session")
    .requiredOption("--session <id>", "session id, its first letters, or latest")
    .requiredOption("--text <text>", "what is proposed")
    .option("--by <name>", "who proposes", readUserName())
    .addHelpText(
      "after",
      '\nExample:\n  mmm propose --session 5f0c… --text "try a lower decay for tv, about 0.4"',
    )
    .action(async (options: ProposeOptions) => sendFreeText(shell, options));
}

async function sendFreeText(shell: Shell, options: ProposeOptions): Promise<void> {
  if (options.text.trim() === "" || options.text.length > TEXT_CHARS_MAX) {
    throw new MmmError("usage", `--text needs 1 to ${TEXT_CHARS_MAX} characters`);
  }
  const app = await openFor(shell, options, { mustExist: true });
  try {
    const session = await findSessionId(app.snapshots, options.session);
    const found = await app.snapshots.load(session);
    if (found === null) {
      throw new MmmError("not_found", `session ${session} is not in this state`);
    }
    if (!["running", "waiting"].includes(found.summary.status)) {
      throw new MmmError("conflict", `session ${session} is ${found.summary.status}`);
    }
    const time = new Date(app.clock.now()).toISOString();
    const id = await sendToInbox(
      app.log,
      {
        session,
        businessUnit: found.summary.business_unit,
        producer: "cli",
        key: computeSha256(`${options.by}/${options.text}/${time}`),
        time,
      },
      { type: "ProposalSubmitted", data: { submitted_by: options.by, text: options.text } },
    );
    if (options.json === true) shell.out(JSON.stringify({ event_id: id }));
    else shell.out(`proposal recorded (${id}); it is taken up at the next iteration`);
  } finally {
    await app.close();
  }
}
