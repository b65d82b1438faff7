/** `mmm escalations`: what waits for a person, and the person's decision. */
import type { Command } from "commander";
import { MmmError } from "../schemas/errors.ts";
import { TOPICS } from "../schemas/topics.ts";
import { submit } from "../producers/request.ts";
import { requireHistory } from "./history-reader.ts";
import { choice } from "./options.ts";
import { requester } from "./run.ts";
import { withApp } from "./open.ts";
import { withCommon, type CommonOptions, type Shell } from "./shell.ts";
import type { App } from "./wire.ts";

interface ResolveOptions extends CommonOptions {
  readonly session: string;
  readonly escalation: string;
  readonly decision: "resume" | "keep_current" | "abort";
  readonly instruction?: string;
  readonly reason: string;
  readonly by: string;
}

const EXAMPLES = `
Examples:
  mmm escalations list
  mmm escalations resolve --session 5f0c… --escalation e1 --decision resume \\
    --instruction "keep tv decay below 0.6" --reason "agreed with the TV team"

resume = the Data Scientist tries again with the instruction; keep_current = go on with the accepted
configuration; abort = end the session. No decision can change the methodology.`;

export function addEscalationsCommand(program: Command, shell: Shell): void {
  const escalations = program
    .command("escalations")
    .description("decisions that wait for a person")
    .addHelpText("after", EXAMPLES);
  withCommon(escalations.command("list"))
    .description("open escalations, each on one screen")
    .action(async (options: CommonOptions) =>
      withApp(shell, options, (app) => list(shell, options, app)),
    );
  withCommon(escalations.command("resolve"))
    .description("decide one")
    .requiredOption("--session <id>", "session")
    .requiredOption("--escalation <id>", "such as e1")
    .requiredOption(
      "--decision <what>",
      "resume | keep_current | abort",
      choice("resume", "keep_current", "abort"),
    )
    .option("--instruction <text>", "for the Data Scientist, with resume")
    .requiredOption("--reason <text>", "why; it stays in the history")
    .option("--by <name>", "who decides", requester())
    .addHelpText("after", EXAMPLES)
    .action(async (options: ResolveOptions) =>
      withApp(shell, options, (app) => resolve(shell, options, app)),
    );
}

async function list(shell: Shell, options: CommonOptions, app: App): Promise<void> {
  const waiting = await app.snapshots.list({ status: "waiting" });
  if (waiting.length === 0 && options.json !== true) shell.out("nothing waits for a person");
  for (const { session, open_escalation } of waiting) {
    const history = await requireHistory(app.log, session);
    const raised = history
      .map((entry) => entry.event)
      .findLast((event) => event.type === TYPE && event.data.escalation === open_escalation);
    if (raised?.type !== TYPE) continue;
    if (options.json === true) shell.out(JSON.stringify({ session, ...raised.data }));
    else shell.out(screen(session, raised.data));
  }
}

const TYPE = TOPICS.escalations.events[0];

type Raised = Extract<
  Awaited<ReturnType<typeof requireHistory>>[number]["event"],
  { type: typeof TYPE }
>["data"];

function screen(session: string, raised: Raised): string {
  const violations = raised.violations.map(
    (row) => `  ${row.code} at ${row.path}: ${row.message} (${row.evidence})`,
  );
  return [
    `${raised.escalation} of session ${session}, iteration ${raised.iteration}, ${raised.work_item}`,
    `why:      ${raised.reason}`,
    `proposed: ${raised.proposed}`,
    ...(violations.length > 0 ? ["violations:", ...violations] : []),
    ...(raised.feedback.length > 0 ? ["so far:", ...raised.feedback.map((row) => `  ${row}`)] : []),
    `options:  ${raised.options.join(", ")}`,
    raised.timeout_s === 0
      ? "limit:    none; it waits for a person"
      : `limit:    ${raised.timeout_s} s, then ${raised.default_choice}`,
    `decide:   mmm escalations resolve --session ${session} --escalation ${raised.escalation} --decision … --reason …`,
    "",
  ].join("\n");
}

async function resolve(shell: Shell, options: ResolveOptions, app: App): Promise<void> {
  for (const [name, text] of [
    ["--reason", options.reason],
    ["--by", options.by],
  ] as const) {
    if (text.trim() === "") throw new MmmError("usage", `${name} must not be empty`);
  }
  const found = await app.snapshots.load(options.session);
  if (found === null) {
    throw new MmmError("not_found", `session ${options.session} is not in this state`);
  }
  if (found.summary.open_escalation !== options.escalation) {
    throw new MmmError(
      "conflict",
      `${options.escalation} is not open in session ${options.session} (late, repeated or unknown)`,
    );
  }
  const id = await submit(
    app.log,
    {
      session: options.session,
      businessUnit: found.summary.business_unit,
      producer: "cli",
      key: `${options.escalation}/${options.by}`,
      time: new Date(app.clock.now()).toISOString(),
    },
    {
      type: "HumanDecided",
      data: {
        escalation: options.escalation,
        choice: options.decision,
        instruction: options.instruction ?? null,
        decided_by: options.by,
        reason: options.reason,
      },
    },
  );
  if (options.json === true) shell.out(JSON.stringify({ event_id: id }));
  else shell.out(`decision recorded (${id}); a running worker takes it up`);
}
