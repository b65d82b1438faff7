/** `mmm escalations`: what waits for a person, and the person's decision. */
import type { Command } from "commander";
import { MmmError } from "../../schemas/errors.ts";
import { sendToInbox } from "../../producers/request.ts";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { describeEscalation, type EscalationView } from "../../session/escalation-view.ts";
import { renderEscalationScreen, findCitedWorks } from "../output/escalation-screen.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { requireHistory } from "../../app/history-reader.ts";
import { createChoiceParser } from "../options.ts";
import { readUserName } from "./run.ts";
import { withApp } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import type { App } from "../../app/open-app.ts";

interface ResolveOptions extends CommonOptions {
  readonly session: string;
  readonly escalation: string;
  readonly decision: "resume" | "keep_current" | "abort";
  readonly instruction?: string;
  readonly reason: string;
  readonly by: string;
}

interface ShowOptions extends CommonOptions {
  /** Such as e1. */
  readonly id: string;
  readonly session?: string;
}

const EXAMPLES = `
Examples:
  mmm escalations list
  mmm escalations show e1 --session 5f0c…
  mmm escalations show 5f0c…/e1 --json
  mmm escalations resolve --session 5f0c… --escalation e1 --decision resume \\
    --instruction "keep tv decay below 0.6" --reason "agreed with the TV team"

resume = the Data Scientist tries again with the instruction; keep_current = go on with the accepted
configuration; abort = end the session. No decision can change the methodology.`;

export function addEscalationsCommand(program: Command, shell: Shell): void {
  const escalations = program
    .command("escalations")
    .description("decisions that wait for a person")
    .addHelpText("after", EXAMPLES);
  withCommonOptions(escalations.command("list"))
    .description("open escalations, each on one screen")
    .addHelpText("after", EXAMPLES)
    .action(async (options: CommonOptions) =>
      withApp(shell, options, (app) => showOpenEscalations(shell, options, app)),
    );
  withCommonOptions(escalations.command("show"))
    .description("one escalation, open or decided, on one screen")
    .argument("<id>", "such as e1, or SESSION/e1")
    .option("--session <id>", "session; not needed while only one has such an open escalation")
    .addHelpText("after", EXAMPLES)
    .action(async (id: string, options: CommonOptions & { session?: string }) =>
      withApp(shell, options, (app) => showEscalation(shell, { ...options, id }, app)),
    );
  withCommonOptions(escalations.command("resolve"))
    .description("decide one")
    .requiredOption("--session <id>", "session id, its first letters, or latest")
    .requiredOption("--escalation <id>", "such as e1")
    .requiredOption(
      "--decision <what>",
      "resume | keep_current | abort",
      createChoiceParser("resume", "keep_current", "abort"),
    )
    .option("--instruction <text>", "for the Data Scientist, with resume")
    .requiredOption("--reason <text>", "why; it stays in the history")
    .option("--by <name>", "who decides", readUserName())
    .addHelpText("after", EXAMPLES)
    .action(async (options: ResolveOptions) =>
      withApp(shell, options, (app) => resolveEscalationByPerson(shell, options, app)),
    );
}

async function showOpenEscalations(shell: Shell, options: CommonOptions, app: App): Promise<void> {
  const waiting = await app.snapshots.list({ status: "waiting" });
  if (waiting.length === 0 && options.json !== true) shell.out("nothing waits for a person");
  for (const { session, open_escalation } of waiting) {
    if (open_escalation === null) continue;
    const view = await readEscalationView(app, session, open_escalation);
    if (view !== null) printEscalation(shell, options, app, view);
  }
}

async function showEscalation(shell: Shell, options: ShowOptions, app: App): Promise<void> {
  const { session, escalation } = await findEscalationSession(app, options);
  const view = await readEscalationView(app, session, escalation);
  if (view === null) {
    throw new MmmError("not_found", `session ${session} has no escalation ${escalation}`);
  }
  printEscalation(shell, options, app, view);
}

function printEscalation(
  shell: Shell,
  options: CommonOptions,
  app: App,
  view: EscalationView,
): void {
  if (options.json !== true) return shell.out(renderEscalationScreen(view, app.clock.now()));
  const left = view.decide_by === null ? null : Date.parse(view.decide_by) - app.clock.now();
  const seconds =
    left === null || view.status !== "open" ? null : Math.max(0, Math.ceil(left / 1000));
  const cited = findCitedWorks(view.attempts.flatMap(({ citations }) => citations));
  const references = cited.map(({ short, reference, point }) => ({ short, reference, point }));
  shell.out(JSON.stringify({ ...view, seconds_left: seconds, references }));
}

async function readEscalationView(app: App, session: string, escalation: string) {
  const history = await requireHistory(app.log, session);
  return describeEscalation(
    history.map(({ event }) => event),
    escalation,
  );
}

/** `e1` with --session, `SESSION/e1`, or the one open escalation of that name. */
async function findEscalationSession(app: App, { id, session }: ShowOptions) {
  const [, named, escalation = ""] = /^(?:(.+)\/)?([^/]+)$/.exec(id) ?? [];
  const known = session ?? named;
  if (known !== undefined) {
    return { session: await findSessionId(app.snapshots, known), escalation };
  }
  const waiting = await app.snapshots.list({ status: "waiting" });
  const found = waiting.filter((row) => row.open_escalation === escalation);
  const only = found.length === 1 ? found[0] : undefined;
  if (only !== undefined) return { session: only.session, escalation };
  throw new MmmError(
    found.length === 0 ? "not_found" : "usage",
    found.length === 0
      ? `no open escalation ${escalation}; name the session with --session (mmm escalations list)`
      : `${found.length} sessions have an open ${escalation}; name one with --session`,
  );
}

async function resolveEscalationByPerson(
  shell: Shell,
  options: ResolveOptions,
  app: App,
): Promise<void> {
  for (const [name, text] of [
    ["--reason", options.reason],
    ["--by", options.by],
  ] as const) {
    if (text.trim() === "") throw new MmmError("usage", `${name} must not be empty`);
  }
  const session = await findSessionId(app.snapshots, options.session);
  const found = await app.snapshots.load(session);
  if (found === null) {
    throw new MmmError("not_found", `session ${session} is not in this state`);
  }
  if (found.summary.open_escalation !== options.escalation) {
    throw new MmmError(
      "conflict",
      `${options.escalation} is not open in session ${session} (late, repeated or unknown)`,
    );
  }
  const data = {
    escalation: options.escalation,
    choice: options.decision,
    instruction: options.instruction ?? null,
    decided_by: options.by,
    reason: options.reason,
  };
  const id = await sendToInbox(
    app.log,
    {
      session,
      businessUnit: found.summary.business_unit,
      producer: "cli",
      // The same decision sent twice is one; another one is a second, which the session refuses.
      key: `${options.escalation}/${computeSha256(toCanonicalJson(data))}`,
      time: new Date(app.clock.now()).toISOString(),
    },
    { type: "HumanDecided", data },
  );
  if (options.json === true) shell.out(JSON.stringify({ event_id: id }));
  else shell.out(`decision recorded (${id}); a running worker takes it up`);
}
