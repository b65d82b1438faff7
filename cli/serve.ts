/** `mmm serve`: the HTTP API, with the consumers in the same process unless told otherwise. */
import type { Command } from "commander";
import { startApi } from "../api/app.ts";
import { createRequestMetrics } from "../api/request-metrics.ts";
import { createScriptedTasks } from "../api/scripted-tasks.ts";
import { errorText, MmmError } from "../schemas/errors.ts";
import { guardCheck } from "./guard-check.ts";
import { requestChecks, roleAnswers, secretOf, storeData, sweepData } from "./api-parts.ts";
import { cardKeyOf } from "./card-key.ts";
import { lazyJudges } from "./guard-judges.ts";
import { whole } from "./options.ts";
import type { Metrics } from "../infra/metrics.ts";
import { observe } from "./observe.ts";
import { reportInput } from "./report.ts";
import { renderReport } from "../dashboard/report.ts";
import type { HistoryEntry } from "../session/audit.ts";
import { settingsOf, withCommon, type CommonOptions, type Shell } from "./shell.ts";
import { version } from "./version.ts";
import { ROLE_NAMES } from "./consumers.ts";
import { openApp, type App } from "./wire.ts";

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
  withCommon(program.command("serve"))
    .description("serve the HTTP API and A2A")
    .option("--host <address>", "address to listen on")
    .option("--port <number>", "port to listen on, 0 = any", whole)
    .option("--data-root <dir...>", "folders that data files may lie in")
    .option("--no-workers", "do not run consumers in this process")
    .option("--tck", "scripted tasks for the A2A compatibility kit; loopback and no keys only")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ServeOptions) => serve(shell, options));
}

async function serve(shell: Shell, options: ServeOptions): Promise<void> {
  const settings = settingsOf(shell, options);
  const { stateDir } = options;
  const { environment, signal } = shell;
  const app = await openApp({ settings, stateDir, environment });
  const guard = lazyJudges({ settings, environment, signal, stores: app });
  try {
    const observed = observe(app, options.workers ? ROLE_NAMES : []);
    const running = options.workers ? await app.start(ROLE_NAMES, observed) : null;
    const api = await startApi(apiTools(shell, options, { app, guard, metrics: observed.metrics }));
    announce(shell, options, api);
    await Promise.race([stopped(shell), ...(running === null ? [] : [running.ended])]);
    await api.close();
    await running?.stop();
  } finally {
    await guard.close();
    await app.close();
  }
}

interface Served {
  readonly app: App;
  readonly guard: Pick<ReturnType<typeof lazyJudges>, "get">;
  readonly metrics: Pick<Metrics, "text">;
}

function apiTools(
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
    version: version(),
    groupPrefix: "mmm",
    prepare: requestChecks(app.settings, { stateDir, roots }),
    report: async (entries) => htmlReport(app, entries),
    metrics: async () => {
      const { type, text } = await metrics.text();
      return { type, text: text + answers.text() };
    },
    observe: (route, status, ms) => answers.observe(route, status, ms),
    storeData: (digest, text) => storeData(stateDir, digest, text),
    sweepData: (before, inUse) => sweepData(stateDir, before, inUse),
    secret: secretOf(app.keys),
    checkProposal: guardCheck(() => guard.get(), { stateDir, roots }),
    cardKey: cardKeyOf(stateDir),
    ...(options.tck === true ? { scripted: createScriptedTasks(app.clock) } : {}),
    askRole: roleAnswers(app.settings, { stateDir, roots }),
    failed: (where, error) => shell.err(`mmm: ${where}: ${errorText(error)}`),
  };
}

function announce(
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

function stopped(shell: Shell): Promise<void> {
  if (shell.signal.aborted) return Promise.resolve();
  return new Promise((resolve) => shell.signal.addEventListener("abort", () => resolve()));
}

/** The report of a session as one HTML page. */
function htmlReport(
  app: App,
  entries: readonly HistoryEntry[],
): { readonly type: string; readonly text: string } {
  const text = renderReport(reportInput(entries, app.settings.business));
  return { type: "text/html; charset=utf-8", text };
}
