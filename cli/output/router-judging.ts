/** Judging routers: evaluation against the rules, and classification of texts. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTextFile } from "../../infra/files.ts";
import { parseLabelledTexts, type LabelledText } from "../../router/training/dataset.ts";
import { compareRouters } from "../../router/training/evaluate.ts";
import type { Report } from "../../router/training/metrics.ts";
import { openRouter } from "../../router/open.ts";
import { chooseRole } from "../../router/route.ts";
import type { RouterModel } from "../../router/classifier/router-model.ts";
import type { SentenceEncoder } from "../../router/encoder/sentence-encoder.ts";
import { MmmError } from "../../schemas/errors.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { formatTable } from "./table.ts";

export interface EvalOptions extends CommonOptions {
  readonly checkpoint: string;
  readonly data: string;
  readonly against?: string;
}

export interface ClassifyOptions extends CommonOptions {
  readonly checkpoint: string;
  readonly text?: string;
  readonly batch?: string;
}

/** Labelled texts of a file, or of a folder's train*.jsonl. */
export function readLabelledRows(path: string): LabelledText[] {
  if (!existsSync(path)) throw new MmmError("not_found", `${path}: no such file or folder`);
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => /^train.*\.jsonl$/.test(name))
        .toSorted()
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0) throw new MmmError("not_found", `${path}: no train*.jsonl in it`);
  return files.flatMap((file) => parseLabelledTexts(readTextFile(file, "csv"), file));
}

/** The router of a checkpoint; throws `checkpoint_refused` with the reason. */
export async function requireRouterModel(
  encoder: SentenceEncoder,
  checkpoint: string,
): Promise<RouterModel> {
  const { model, refused } = await openRouter(encoder, checkpoint);
  if (model !== null) return model;
  throw new MmmError("checkpoint_refused", `${checkpoint}: ${refused.message}`);
}

/** `mmm router eval`. */
export async function evaluateRouter(
  shell: Shell,
  options: EvalOptions,
  encoder: SentenceEncoder,
): Promise<void> {
  const rows = readLabelledRows(options.data);
  const candidate = await requireRouterModel(encoder, options.checkpoint);
  const running =
    options.against === undefined ? null : await requireRouterModel(encoder, options.against);
  const compared = await compareRouters(rows, candidate, running);
  if (options.json === true) return shell.out(JSON.stringify(compared));
  const columns: [string, Report][] = [
    ["checkpoint", compared.candidate],
    ...(compared.running === null ? [] : ([["running", compared.running]] as [string, Report][])),
    ["rules", compared.rules],
  ];
  const line = (name: string, of: (report: Report) => number | null) => [
    name,
    ...columns.map(([, report]) => formatPercent(of(report), 1)),
  ];
  shell.out(
    formatTable(
      [`${rows.length} texts`, ...columns.map(([name]) => name)],
      [
        line("accuracy", (report) => report.accuracy),
        line("macro F1", (report) => report.macro_f1),
        line("calibration error", (report) => report.calibration_error),
        line("coverage", (report) => report.coverage),
        line("accuracy of accepted", (report) => report.accepted_accuracy),
        line("out of scope refused", (report) => report.out_of_scope_refused),
        line("… recall at 5 % false", (report) => report.out_of_scope_recall_at_5),
      ],
    ),
  );
  shell.out(`\n${formatConfusion(compared.candidate)}`);
}

function formatConfusion(report: Report): string {
  const labels = [...new Set(Object.values(report.confusion).flatMap((row) => Object.keys(row)))];
  const rows = Object.entries(report.confusion).map(([truth, row]) => [
    truth,
    ...labels.map((label) => String(row[label] ?? 0)),
  ]);
  return formatTable(["truth \\ said", ...labels.map((label) => label.slice(0, 14))], rows);
}

/** `mmm router classify`. */
export async function classifyTexts(
  shell: Shell,
  options: ClassifyOptions,
  encoder: SentenceEncoder,
): Promise<void> {
  const { model } = await openRouter(encoder, options.checkpoint);
  const said = async (id: unknown, text: string) => {
    const request = { kind: "free_text", text, pinned: null, excluded: [] } as const;
    const route = await chooseRole(request, { model, mayTake: () => true });
    return {
      id,
      role: route.role,
      confidence: route.confidence,
      scores: route.scores,
      source: route.source,
      reason: route.reason,
    };
  };
  if (options.text !== undefined) {
    const route = await said(null, options.text);
    return shell.out(
      options.json === true
        ? JSON.stringify(route)
        : `${route.role ?? "a person"} (${route.reason})`,
    );
  }
  if (options.batch === undefined) throw new MmmError("usage", "classify needs --text or --batch");
  const lines = readTextFile(options.batch, "csv")
    .split("\n")
    .filter((line) => line.trim() !== "");
  for (const [index, line] of lines.entries()) {
    const { id, text } = parseBatchLine(line, `${options.batch}:${index + 1}`);
    const { reason: _why, ...route } = await said(id, text);
    shell.out(JSON.stringify(route));
  }
}

function parseBatchLine(line: string, where: string): { id: unknown; text: string } {
  try {
    const value = JSON.parse(line) as { id?: unknown; text?: unknown };
    if (typeof value.text === "string") return { id: value.id ?? null, text: value.text };
  } catch {
    // Said below, with the place.
  }
  throw new MmmError("usage", `${where}: a line is {"id", "text"}`);
}
