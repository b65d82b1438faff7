/** `mmm dead-letters`: what consumers could not take, and sending it again. */
import type { Command } from "commander";
import { REDRIVES } from "../../consumers/loop/dead-letters.ts";
import { MmmError } from "../../schemas/errors.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { sendToInbox } from "../../producers/request.ts";
import { escapeText } from "../../session/quote.ts";
import type { LogRecord } from "../../session/ports.ts";
import { parseCount } from "../options.ts";
import { findSessionId } from "../../app/sessions/find-session.ts";
import { readUserName } from "./run.ts";
import { withApp } from "../open.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";
import { OPERATIONS } from "../../app/operations.ts";
import type { App } from "../../app/open-app.ts";

interface LetterOptions extends CommonOptions {
  readonly session?: string;
  readonly type?: string;
}

interface RedriveOptions extends LetterOptions {
  readonly execute?: boolean;
  readonly perSecond: number;
  readonly by: string;
}

/** A record sent again this often stays where it is. */
const REDRIVES_MAX = 3;

const EXAMPLES = `
Examples:
  mmm dead-letters list
  mmm dead-letters show 3/17
  mmm dead-letters redrive --session 5f0c…              what would be sent
  mmm dead-letters redrive --session 5f0c… --execute    send it`;

export function addDeadLettersCommand(program: Command, shell: Shell): void {
  const letters = program
    .command("dead-letters")
    .description("records that no consumer could take")
    .addHelpText("after", EXAMPLES);
  const filtered = (command: Command) =>
    withCommonOptions(command)
      .option("--session <id>", "of this session: id, its first letters, or latest")
      .option("--type <event>", "of this event type, such as ProposalMade");
  filtered(letters.command("list"))
    .description("one line each")
    .addHelpText("after", EXAMPLES)
    .action(async (options: LetterOptions) =>
      withApp(shell, options, (app) => listDeadLetters(shell, options, app)),
    );
  withCommonOptions(letters.command("show"))
    .description("one letter with its headers")
    .argument("<place>", "partition/offset, as list prints it")
    .addHelpText("after", EXAMPLES)
    .action(async (position: string, options: CommonOptions) =>
      withApp(shell, options, (app) => showDeadLetter(shell, position, app)),
    );
  filtered(letters.command("redrive"))
    .description("send letters to where they came from (a dry run without --execute)")
    .option("--execute", "really send")
    .option("--per-second <n>", "at most so many a second", parseCount, 50)
    .option("--by <name>", "who does it", readUserName())
    .addHelpText("after", EXAMPLES)
    .action(async (options: RedriveOptions) =>
      withApp(shell, options, (app) => runRedrive(shell, options, app)),
    );
}

async function readDeadLetters(app: App, options: LetterOptions): Promise<LogRecord[]> {
  const { log, snapshots } = app;
  const session =
    options.session === undefined ? undefined : await findSessionId(snapshots, options.session);
  const found: LogRecord[] = [];
  for await (const record of log.read({ topic: TOPICS.deadLetters.topic })) {
    if (session !== undefined && record.key !== session) continue;
    if (options.type !== undefined && record.headers["ce_type"] !== `mmm.${options.type}`) continue;
    found.push(record);
  }
  return found;
}

function formatLetterPosition(record: LogRecord): string {
  return `${record.partition}/${record.offset}`;
}

function toLetterRow(record: LogRecord): string[] {
  const { headers } = record;
  return [
    formatLetterPosition(record),
    escapeText(record.key, 36),
    (headers["ce_type"] ?? "?").replace("mmm.", ""),
    headers["dlq-topic"] ?? "",
    headers["dlq-code"] ?? "",
    headers[REDRIVES] ?? "0",
  ];
}

async function listDeadLetters(shell: Shell, options: LetterOptions, app: App): Promise<void> {
  const letters = await readDeadLetters(app, options);
  if (options.json === true) {
    for (const { partition, offset, key, headers } of letters) {
      shell.out(JSON.stringify({ partition, offset, key, headers }));
    }
  } else if (letters.length === 0) shell.out("no dead letter");
  else
    shell.out(
      formatTable(
        ["place", "session", "event", "from", "code", "redrives"],
        letters.map(toLetterRow),
      ),
    );
}

async function showDeadLetter(shell: Shell, position: string, app: App): Promise<void> {
  const letter = (await readDeadLetters(app, {} as LetterOptions)).find(
    (one) => formatLetterPosition(one) === position,
  );
  if (letter === undefined)
    throw new MmmError("not_found", `no dead letter at ${position}; see list`);
  const { key, headers, value } = letter;
  shell.out(JSON.stringify({ key, headers, body: Buffer.from(value).toString("base64") }, null, 2));
}

async function runRedrive(shell: Shell, options: RedriveOptions, app: App): Promise<void> {
  const done = await readRedrivenPositions(app.log);
  const letters = (await readDeadLetters(app, options)).filter(
    (one) => !done.has(formatLetterPosition(one)),
  );
  const tooOften = letters.filter((one) => Number(one.headers[REDRIVES] ?? "0") >= REDRIVES_MAX);
  const ready = letters.filter((one) => !tooOften.includes(one));
  if (options.execute === true) {
    for (const letter of ready) {
      await appendRedrivenLetter(app, letter, options);
      await app.clock.sleep(1000 / options.perSecond, shell.signal);
    }
  }
  const said = {
    executed: options.execute === true,
    redriven: ready.length,
    quarantined: tooOften.length,
    already: done.size,
  };
  if (options.json === true) return shell.out(JSON.stringify(said));
  if (ready.length > 0) {
    shell.out(
      formatTable(["place", "session", "event", "to", "code", "redrives"], ready.map(toLetterRow)),
    );
  }
  const verb = said.executed ? "sent" : "would be sent (dry run; add --execute)";
  shell.out(
    `${said.redriven} ${verb}, ${said.quarantined} stay: sent ${REDRIVES_MAX} times before`,
  );
}

/** Positions that the operations history already tells of. */
async function readRedrivenPositions(log: App["log"]): Promise<ReadonlySet<string>> {
  const { toHistoryEntry } = await import("../../session/audit.ts");
  const positions = new Set<string>();
  for await (const record of log.read({
    topic: TOPICS.history.topic,
    key: OPERATIONS,
    entire: true,
  })) {
    const { event } = toHistoryEntry(record);
    if (event.type === "OperatorActed" && event.data.action === "redrive") {
      positions.add(event.data.subject);
    }
  }
  return positions;
}

async function appendRedrivenLetter(
  app: App,
  letter: LogRecord,
  options: RedriveOptions,
): Promise<void> {
  const topic = letter.headers["dlq-topic"] ?? "";
  const known = Object.values(TOPICS).some((row) => row.topic === topic);
  if (!known)
    throw new MmmError(
      "event_invalid",
      `letter ${formatLetterPosition(letter)} names no known topic`,
    );
  const own = Object.entries(letter.headers).filter(([name]) => !name.startsWith("dlq-"));
  const redrives = String(Number(letter.headers[REDRIVES] ?? "0") + 1);
  await app.log.append([
    {
      topic,
      key: letter.key,
      value: letter.value,
      headers: { ...Object.fromEntries(own), [REDRIVES]: redrives },
    },
  ]);
  const position = formatLetterPosition(letter);
  await sendToInbox(
    app.log,
    {
      session: OPERATIONS,
      businessUnit: OPERATIONS,
      producer: "cli",
      key: `redrive/${position}`,
      time: new Date(app.clock.now()).toISOString(),
    },
    {
      type: "OperatorActed",
      data: {
        action: "redrive",
        subject: position,
        by: options.by,
        detail: JSON.stringify({ topic, session: letter.key, redrives }),
      },
    },
  );
}
