/** `mmm serve`: the HTTP API, with the consumers in the same process unless told otherwise. */
import type { Command } from "commander";
import { startApi } from "../../api/app.ts";
import { createRequestMetrics } from "../../api/http/request-metrics.ts";
import { createScriptedTasks } from "../../api/a2a/scripted-tasks.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import { createGuardCheck } from "../../app/guard-check.ts";
import {
  createRequestCheck,
  createRoleAnswers,
  extractInstallationSecret,
  storeUploadedData,
  removeUnusedUploads,
} from "../../app/api-tools.ts";
import { loadCardKey } from "../../app/card-key.ts";
import { createLazyJudges } from "../../app/guard-judges.ts";
import { parseInteger } from "../options.ts";
import type { Metrics } from "../../infra/telemetry/metrics.ts";
import { observeApp } from "../../app/observers.ts";
import { buildReportInput } from "./report.ts";
import { renderReport } from "../../dashboard/report.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { loadCommandSettings } from "../command-settings.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { readVersion } from "../version.ts";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { openApp, type App } from "../../app/open-app.ts";

interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly dataRoot?: readonly string[];
  readonly workers: boolean;
  readonly tck?: boolean;
}

const EXAMPLES = `
Examples:
  mmm serve                                    on http://127.0.0.1:8080, for this machine only
  mmm serve --port 9000 --data-root ./examples
  mmm serve --no-workers                       the API alone; workers run elsewhere (Kafka)

Without api.keys or api.jwt in the settings the server listens on loopback only.`;

export function addServeCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("serve"))
    .description("serve the HTTP API and A2A")
    .option("--host <address>", "address to listen on")
    .option("--port <number>", "port to listen on, 0 = any", parseInteger)
    .option("--data-root <dir...>", "folders that data files may lie in")
    .option("--no-workers", "do not run consumers in this process")
    .option("--tck", "scripted tasks for the A2A compatibility kit; loopback and no keys only")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ServeOptions) => runServer(shell, options));
}

async function runServer(shell: Shell, options: ServeOptions): Promise<void> {
  const settings = loadCommandSettings(shell, options);
  const { stateDir } = options;
  const { environment, signal } = shell;
  const app = await openApp({ settings, stateDir, environment });
  const guard = createLazyJudges({ settings, environment, signal, stores: app });
  try {
    const observed = observeApp(app, options.workers ? ROLE_NAMES : []);
    const running = options.workers ? await app.start(ROLE_NAMES, observed) : null;
    const api = await startApi(
      buildApiTools(shell, options, { app, guard, metrics: observed.metrics }),
    );
    printServerAddress(shell, options, api);
    await Promise.race([waitForShellSignal(shell), ...(running === null ? [] : [running.ended])]);
    await api.close();
    await running?.stop();
  } finally {
    await guard.close();
    await app.close();
  }
}

interface Served {
  readonly app: App;
  readonly guard: Pick<ReturnType<typeof createLazyJudges>, "get">;
  readonly metrics: Pick<Metrics, "text">;
}

function buildApiTools(
  shell: Shell,
  options: ServeOptions,
  { app, guard, metrics }: Served,
): Parameters<typeof startApi>[0] {
  const { stateDir } = options;
  const { api } = app.settings;
  const answers = createRequestMetrics();
  const settings = {
    ...api,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
  };
  if (options.tck === true && (api.keys.length > 0 || api.jwt !== undefined)) {
    throw new MmmError(
      "usage",
      "--tck is for a server without keys, which only this machine reaches",
    );
  }
  const roots = [...api.data_roots, ...(options.dataRoot ?? [])];
  return {
    log: app.log,
    snapshots: app.snapshots,
    values: app.values,
    clock: app.clock,
    settings,
    version: readVersion(),
    groupPrefix: "mmm",
    prepare: createRequestCheck(app.settings, { stateDir, roots }),
    report: async (entries) => renderHtmlReport(app, entries, stateDir),
    metrics: async () => {
      const { type, text } = await metrics.text();
      return { type, text: text + answers.text() };
    },
    observe: (route, status, ms) => answers.observe(route, status, ms),
    storeData: (digest, text) => storeUploadedData(stateDir, digest, text),
    sweepData: (before, inUse) => removeUnusedUploads(stateDir, before, inUse),
    secret: extractInstallationSecret(app.keys),
    checkProposal: createGuardCheck(() => guard.get(), { stateDir, roots }),
    cardKey: loadCardKey(stateDir),
    ...(options.tck === true ? { scripted: createScriptedTasks(app.clock) } : {}),
    askRole: createRoleAnswers(app.settings, { stateDir, roots }),
    failed: (where, error) => shell.err(`mmm: ${where}: ${describeError(error)}`),
  };
}

function printServerAddress(
  shell: Shell,
  options: ServeOptions,
  api: { readonly url: string; readonly open: boolean },
): void {
  if (options.json === true) shell.out(JSON.stringify({ url: api.url, open: api.open }));
  else shell.out(`serving on ${api.url}`);
  if (api.open) {
    shell.err("no keys are configured (api.keys, api.jwt): only this machine can reach the server");
  }
}

function waitForShellSignal(shell: Shell): Promise<void> {
  if (shell.signal.aborted) return Promise.resolve();
  return new Promise((resolve) => shell.signal.addEventListener("abort", () => resolve()));
}

/** The report of a session as one HTML page. */
async function renderHtmlReport(
  app: App,
  entries: readonly HistoryEntry[],
  stateDir: string,
): Promise<{ readonly type: string; readonly text: string }> {
  const sources = { store: app.values, stateDir };
  const text = renderReport(await buildReportInput(entries, app.settings.business, sources));
  return { type: "text/html; charset=utf-8", text };
}
