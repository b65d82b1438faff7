/** `mmm report`: one self-contained HTML file and its pictures as SVG and PNG. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { listExpectedReturns, describeRoiUnit } from "../../agents/benchmarks.ts";
import { parseBusinessContextText } from "../../agents/business-context.ts";
import { callModel, readDataset } from "../../agents/data-source.ts";
import { computeModelDetail, type ModelDetail } from "../../dashboard/model-detail.ts";
import { renderReport, drawReportPictures, type ReportInput } from "../../dashboard/report.ts";
import { renderSheet } from "../../dashboard/sheet.ts";
import { writeWhole } from "../../infra/files.ts";
import { loadPngWriter } from "../../infra/picture-png.ts";
import { parseModelConfig } from "../../model/config.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { HistoryEntry } from "../../session/audit.ts";
import { replay } from "../../session/evolve.ts";
import { computeSessionResults, type SessionResults } from "../../session/results.ts";
import { requireNamedHistory } from "../../app/history-reader.ts";
import { readKeptData } from "../../app/data-copies.ts";
import type { App } from "../../app/open-app.ts";
import { withApp } from "../open.ts";
import type { Settings } from "../../app/settings.ts";
import { readConfigDataset } from "../../app/request.ts";
import { readStoredDraws } from "../../consumers/stored-draws.ts";
import type { KeyValueStore } from "../../session/ports.ts";
import { readPublishedRecord, recallEffects } from "../session-draws.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";

interface ReportOptions extends CommonOptions {
  readonly session: string;
  readonly output: string;
  readonly data?: string;
}

const EXAMPLES = `
Examples:
  mmm report
  mmm report --session 5f0c --output results/report

Writes report.html (no network needed to read it) and each picture as SVG and as PNG.`;

export function addReportCommand(program: Command, shell: Shell): void {
  withCommonOptions(program.command("report"))
    .description("the report of a session for people")
    .option("--session <id>", "session id, its first letters, or latest", "latest")
    .option("--output <dir>", "folder", "results/report")
    .option("--data <file>", "data file, where it is no longer where the session read it")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ReportOptions) => writeReportFiles(shell, options));
}

/** The page alone, of a session whose history is at hand. */
export async function writeReportPage(
  { values, settings }: Pick<App, "values" | "settings">,
  {
    entries,
    file,
    stateDir,
  }: {
    readonly entries: readonly HistoryEntry[];
    readonly file: string;
    readonly stateDir: string;
  },
): Promise<void> {
  const input = await buildReportInput(entries, settings.business, { store: values, stateDir });
  writeWhole(file, renderReport(input));
}

async function writeReportFiles(shell: Shell, options: ReportOptions): Promise<void> {
  const input = await withApp(shell, options, async (app) =>
    buildReportInput(await requireNamedHistory(app, options.session), app.settings.business, {
      store: app.values,
      stateDir: options.stateDir,
      ...(options.data === undefined ? {} : { data: options.data }),
    }),
  );
  const write = (name: string, content: string | Uint8Array) =>
    writeWhole(join(options.output, name), content);
  write("report.html", renderReport(input));
  const { timeline, model, response } = drawReportPictures(input);
  const pictures = [timeline, ...model, ...response];
  const png = await loadPngWriter();
  for (const picture of pictures) {
    const sheet = renderSheet(picture);
    write(`${picture.name}.svg`, sheet);
    write(`${picture.name}.png`, png(sheet));
  }
  if (options.json === true) {
    shell.out(
      JSON.stringify({ report: join(options.output, "report.html"), pictures: pictures.length }),
    );
  } else
    shell.out(`${join(options.output, "report.html")} and ${pictures.length} pictures (SVG, PNG)`);
}

type Business = Settings["business"];

interface ReportSources {
  /** Where the draws of the session's posterior are kept. */
  readonly store: Pick<KeyValueStore, "get">;
  /** Where the session's own copy of its data is kept; null where there is none. */
  readonly stateDir?: string;
  /** Data file, where it is no longer where the session read it. */
  readonly data?: string;
}

/** What the report shows: the history, and the model fitted again where the data are at hand. */
export async function buildReportInput(
  entries: readonly HistoryEntry[],
  business: Business,
  sources: ReportSources,
): Promise<ReportInput> {
  const events = entries.map((entry) => entry.event);
  const results = computeSessionResults(events, entries.at(-1)?.line.hash ?? "");
  const state = replay(events);
  if (results === null || state === null) throw new MmmError("not_found", "no such history");
  const context = parseBusinessContextText(state.context_text);
  const config =
    results.final_config === null ? null : callModel(() => parseModelConfig(results.final_config));
  return {
    results,
    events,
    detail: await readModelDetail(results, sources),
    expected: config === null ? [] : listExpectedReturns(config.channels, context, business),
    unit: describeRoiUnit(context),
  };
}

async function readModelDetail(
  results: SessionResults,
  { store, data, stateDir }: ReportSources,
): Promise<ModelDetail | null> {
  if (results.final_config === null) return null;
  const config = callModel(() => parseModelConfig(results.final_config));
  const { data_digest } = results.methodology;
  const kept =
    data !== undefined || stateDir === undefined || data_digest === null
      ? null
      : readKeptData(stateDir, data_digest);
  const path = data ?? config.data.path;
  if (kept === null && !existsSync(path)) return null;
  const record = readPublishedRecord(results);
  const digest = record?.draws_digest ?? null;
  const draws = digest === null ? null : await readStoredDraws(store, digest);
  const dataset =
    kept === null
      ? await readConfigDataset({ ...config, data: { ...config.data, path } })
      : await readDataset(kept, config);
  return callModel(() => {
    const effects = recallEffects(dataset, config, { draws, record });
    const { seed, locked_test } = results;
    return computeModelDetail(dataset, config, { seed, effects, lockedSeen: locked_test !== null });
  });
}
