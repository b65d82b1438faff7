/**
 * What a person does after a session: the commands that go on from it, ready to copy.
 *
 * I1. Options that the run had and the next command needs as well (state folder, results) are in it.
 */
import { join } from "node:path";
import type { SessionResults } from "../../session/results.ts";

interface RunFolders {
  readonly stateDir: string;
  readonly output: string;
}

/** Characters of a session's id that tell it apart in practice. */
const ID_CHARS = 8;
const INDENT = "  ";
/** A command that is longer stands on a line of its own, whole, so that it can be copied. */
const COLUMNS_MAX = 100;
const DEFAULT_FOLDERS: RunFolders = { stateDir: ".mmm", output: "results" };

/** Two to four commands, each with what it is for. */
export function formatNextSteps(
  results: Pick<SessionResults, "session" | "status" | "final_config">,
  folders: RunFolders,
): string {
  const steps = listNextSteps(results, folders);
  const width = Math.max(...steps.map(([command]) => command.length));
  const widest = Math.max(...steps.map(([, what]) => what.length)) + width + INDENT.length * 2;
  const format = ([command, what]: (typeof steps)[number]): string =>
    widest > COLUMNS_MAX
      ? `${INDENT}# ${what}\n${INDENT}${command}`
      : `${INDENT}${command.padEnd(width)}${INDENT}${what}`;
  return ["\nnext:", ...steps.map(format)].join("\n");
}

function listNextSteps(
  { session, status, final_config: config }: Parameters<typeof formatNextSteps>[0],
  folders: RunFolders,
): (readonly [command: string, what: string])[] {
  const state =
    folders.stateDir === DEFAULT_FOLDERS.stateDir
      ? ""
      : ` --state-dir ${quoteArgument(folders.stateDir)}`;
  const named = ` --session ${session.slice(0, ID_CHARS)}${state}`;
  const file = (name: string): string => quoteArgument(join(folders.output, name));
  const report = folders.output === DEFAULT_FOLDERS.output ? "" : ` --output ${file("report")}`;
  const explain = ["mmm explain convergence", "what a word of these tables means"] as const;
  if (status !== "completed" || config === null) {
    return [[`mmm history show${named}`, "what happened, event by event"], explain];
  }
  return [
    [`mmm report${named}${report}`, "the report for people: returns, fit, reasons (HTML)"],
    [
      `mmm plan --results ${file("optimization_results.json")}${state}`,
      "how a budget could be split",
    ],
    [
      // Without a state folder there are no keys, and nothing is verified.
      `mmm audit verify ${file("optimization_history.ndjson")} --state-dir ${quoteArgument(folders.stateDir)}`,
      "that nothing in the record was changed",
    ],
    explain,
  ];
}

/** A word of a command line for a POSIX shell. */
function quoteArgument(text: string): string {
  return /^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
