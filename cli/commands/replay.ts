/**
 * `mmm replay`: a session event by event, its decisions derived again, or forked at one of them.
 *
 * I1. Nothing of the live system is touched: no group, no offset, no append. A fork runs in memory
 *     and leaves only the files of its --output folder.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { findSignatureFault } from "../../consumers/coordinator/attachments.ts";
import { applyChanges, type Setting } from "../../guard/specification/tunables.ts";
import { writeWhole } from "../../infra/files.ts";
import { parseModelConfig } from "../../model/config.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { EventData } from "../../schemas/event.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { findPinnedData } from "../../session/stages.ts";
import { evolve, replay } from "../../session/evolve.ts";
import { rederive } from "../../session/rederive.ts";
import { computeSessionResults, type SessionResults } from "../../session/results.ts";
import { PHASES, type SessionState } from "../../session/state.ts";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { formatExport } from "../output/export.ts";
import { formatForkComparison } from "../output/fork-comparison.ts";
import { formatFigure } from "../output/format.ts";
import { requireNamedHistory } from "../../app/history-reader.ts";
import { parseCount } from "../options.ts";
import { runSession } from "../../app/session-run.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { formatTable } from "../output/table.ts";
import { openApp } from "../../app/open-app.ts";

interface ReplayOptions extends CommonOptions {
  readonly session: string;
  readonly until?: number;
  readonly verify?: boolean;
  readonly fork?: boolean;
  readonly at?: number;
  readonly set: readonly string[];
  readonly output: string;
  readonly callOut?: boolean;
}

const EXAMPLES = `
Examples:
  mmm replay --session 5f0c… --until 20
  mmm replay --session 5f0c… --verify
  mmm replay --session 5f0c… --fork --at 16 --set hyperparameters.tv.decay=0.4

A fork starts from the configuration in force at that event, with the numbers set; it keeps the pinned
baseline of its lineage, from which drift is measured, the data, and all of the parent's refusals, also
later ones. One whose configuration is vetoed says why and ends with exit code 3. It runs in memory,
asks no paid model unless --call-out is given, and writes its own chain to --output. A fork is decided by today's rules; --verify takes those that the
session was started with, and ends with exit code 34 where this program does not have them.`;

export function addReplayCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("replay"))
    .description("show, verify or fork a recorded session without side effects")
    .requiredOption("--session <id>", "session id, its first letters, or latest")
    .option("--until <seq>", "stop after this event", parseCount)
    .option("--verify", "derive every decision again and report the first difference")
    .option("--fork", "start a new session from a point of this one")
    .option("--at <seq>", "with --fork: the event to start after", parseCount)
    .option("--set <path=value>", "with --fork: a tunable number (repeatable)", collectSettings, [])
    .option("--output <dir>", "with --fork: folder for its results", "results/fork")
    .option("--call-out", "with --fork: let agents call Claude where it is switched on")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ReplayOptions) => runReplay(shell, options));
}

function collectSettings(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function runReplay(shell: Shell, options: ReplayOptions): Promise<void> {
  const settings = loadCommandSettings(shell, options);
  const app = await openApp({
    settings,
    stateDir: options.stateDir,
    mustExist: true,
    environment: shell.environment,
  });
  let entries: HistoryEntry[];
  try {
    entries = await requireNamedHistory(app, options.session);
    if (options.verify === true) return verifyReplay(shell, options, { entries, keys: app.keys });
  } finally {
    await app.close();
  }
  if (options.fork === true) return runFork(shell, options, entries);
  showReplay(shell, options, entries);
}

function showReplay(shell: Shell, options: ReplayOptions, entries: readonly HistoryEntry[]): void {
  let state: SessionState | null = null;
  const rows: string[][] = [];
  const at = new Map<string, number>();
  for (const { line, event } of entries) {
    if (options.until !== undefined && line.seq > options.until) break;
    at.set(line.id, line.seq);
    state = evolve(state, event);
    const row = {
      seq: line.seq,
      event: line.type,
      after: describeSessionWait(state),
      loss: state.accepted?.trained?.loss ?? null,
      because:
        line.cause === line.id ? "from outside" : describeCause(at.get(line.cause), line.producer),
    };
    if (options.json === true) shell.out(JSON.stringify(row));
    rows.push([String(row.seq), row.event, row.after, formatFigure(row.loss, 4), row.because]);
  }
  if (options.json !== true) {
    shell.out(
      formatTable(["seq", "event", "then the session waits for", "loss", "because of"], rows),
    );
  }
}

function describeCause(seq: number | undefined, producer: string): string {
  return seq === undefined ? `${producer}, on its topic` : `${producer}, on event ${seq}`;
}

function describeSessionWait(state: SessionState): string {
  if (state.wait === null) return state.status;
  return `${state.wait.for} ${state.wait.key.slice(0, 12)} (${PHASES[state.wait.for]})`;
}

function verifyReplay(
  shell: Shell,
  options: ReplayOptions,
  recorded: { entries: readonly HistoryEntry[]; keys: Parameters<typeof findSignatureFault>[0] },
): void {
  const events = recorded.entries.map((entry) => entry.event);
  const found = rederive(events, (state, event) => findSignatureFault(recorded.keys, state, event));
  const difference = found.kind === "differs" ? found.difference : null;
  if (options.json === true) {
    const not_derivable =
      found.kind === "not_derivable" ? { seq: found.seq, reason: found.reason } : null;
    const { logicVersion: logic_version } = found;
    const { session } = recorded.entries[0]?.line ?? options;
    const records = events.length;
    shell.out(JSON.stringify({ session, records, logic_version, difference, not_derivable }));
  }
  if (found.kind === "not_derivable") {
    throw new MmmError(
      "logic_unknown",
      `event ${found.seq} and all after it cannot be derived: ${found.reason}`,
    );
  }
  if (difference !== null) {
    throw new MmmError(
      "audit_broken",
      `event ${difference.seq}: recorded ${difference.recorded}, derived ${difference.derived}${describeKeysHint(difference.derived)}`,
    );
  }
  if (options.json !== true) {
    const by = `rules version ${found.logicVersion}`;
    shell.out(`all ${events.length} events follow from those before them, by ${by}`);
  }
}

/** With other keys no signature holds: the first signed event is derived as refused. */
function describeKeysHint(derived: string): string {
  if (!derived.startsWith("OutcomeRefused")) return "";
  return "; if other keys signed this session, name theirs with --state-dir or MMM_KEYS";
}

async function runFork(
  shell: Shell,
  options: ReplayOptions,
  entries: readonly HistoryEntry[],
): Promise<void> {
  const seq = options.at ?? entries.length;
  const parent = replay(entries.slice(0, seq).map((entry) => entry.event));
  if (parent?.accepted === null || parent === null || parent.limits === null) {
    throw new MmmError("usage", `--at ${seq}: no configuration was accepted by then`);
  }
  const whole = replay(entries.map((entry) => entry.event)) ?? parent;
  const request = buildForkRequest(parent, whole, {
    seq,
    changes: options.set.map(parseChangedSetting),
  });
  const settings = loadCommandSettings(shell, options);
  const app = await openApp({
    settings: { ...settings, log: { ...settings.log, kind: "memory" } },
    stateDir: "",
    dataDir: options.stateDir,
    environment: shell.environment,
    callOut: options.callOut === true,
  });
  try {
    const running = await app.start(ROLE_NAMES);
    try {
      const forked = await runSession(app, {
        request,
        producer: "replay",
        onEscalation: "keep",
        signal: shell.signal,
        onEvent: () => {},
      });
      writeComparison(shell, options, { parent: entries, forked });
    } finally {
      await running.stop();
    }
  } finally {
    await app.close();
  }
}

/** What was refused in the parent stays refused, also what was refused after the fork's point. */
function buildForkRequest(
  parent: SessionState,
  { refusals }: SessionState,
  at: { readonly seq: number; readonly changes: readonly Setting[] },
): EventData<"SessionRequested"> {
  const accepted = parseModelConfig(JSON.parse(parent.accepted?.config ?? "{}"));
  const limits = parent.limits as NonNullable<SessionState["limits"]>;
  return {
    baseline: toCanonicalJson(applyChanges(accepted, at.changes)),
    business_context: parent.context_text,
    business_unit: parent.business_unit,
    limits: { ...limits, max_iterations: Math.max(1, limits.max_iterations - parent.iteration) },
    seed: parent.seed,
    requested_by: parent.requested_by,
    parent_session: parent.session,
    parent_seq: at.seq,
    pinned_baseline: parent.pinned_text || (parent.baseline?.config ?? ""),
    data_digest: findPinnedData(parent) ?? "",
    lineage: Object.entries(refusals).flatMap(([digest, times]) =>
      Array.from({ length: times }, () => digest),
    ),
  };
}

function parseChangedSetting(text: string): Setting {
  const match = /^([A-Za-z0-9_.-]+)=(-?[0-9.eE+-]+)$/.exec(text);
  const to = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isFinite(to)) {
    throw new MmmError("usage", `--set "${text}": write path=number`);
  }
  return { path: match[1], to };
}

type Pair = Readonly<Record<"parent" | "forked", readonly HistoryEntry[]>>;

function writeComparison(shell: Shell, options: ReplayOptions, pair: Pair): void {
  const results = (entries: readonly HistoryEntry[]) =>
    computeSessionResults(
      entries.map((entry) => entry.event),
      entries.at(-1)?.line.hash ?? "",
    ) as SessionResults;
  const [before, after] = [results(pair.parent), results(pair.forked)];
  const write = (name: string, text: string) => writeWhole(join(options.output, name), text);
  write("optimization_results.json", `${JSON.stringify(after, null, 2)}\n`);
  write("optimization_history.ndjson", formatExport(after.session, pair.forked, "ndjson"));
  if (options.json === true) shell.out(JSON.stringify({ parent: before, fork: after }));
  else shell.out(formatForkComparison(before, after, options.output));
  requireGoodEnd(pair.forked, after);
}

/** A fork that could not start says why: what was vetoed of its baseline, or what failed. */
function requireGoodEnd(forked: readonly HistoryEntry[], { status, reason }: SessionResults): void {
  if (status !== "failed") return;
  const vetoed = forked.flatMap(({ event }) =>
    event.type === "ProposalVetoed" ? event.data.violations : [],
  );
  if (vetoed.length === 0) {
    throw new MmmError("session_failed", `the fork failed: ${reason ?? "unknown"}`);
  }
  const told = vetoed.map(
    ({ code, path, message }) => `${code} at ${path || "the top"}: ${message}`,
  );
  throw new MmmError("vetoed", `the fork's configuration was vetoed: ${told.join("; ")}`);
}
