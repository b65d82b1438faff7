/**
 * Both uses of a model on a terminal: what each is, why, how sure the gain is, what to do next.
 *
 * I1. Lines fit 100 columns, and words from outside are escaped.
 */
import type { DeploymentSummary } from "../../schemas/deployment.ts";
import { formatPercent } from "../../schemas/number-text.ts";
import { escapeText } from "../../session/quote.ts";
import { formatFigure } from "./format.ts";

const COLUMNS = 98;
const INDENT = 12;
const TEXT_CHARS = 2_000;
const FLAGS_SHOWN = 5;

/** A block of lines; empty for a decision from before there were two uses. */
export function formatDeployment(deployment: DeploymentSummary | null): string {
  if (deployment === null) return "";
  const { conditions, flags, experiment } = deployment;
  const more = flags.length - FLAGS_SHOWN;
  return [
    ...formatEntry("forecasts", describeUse(deployment.forecast_use, deployment.forecast_reasons)),
    ...formatEntry("budget", describeUse(deployment.budget_use, deployment.budget_reasons)),
    ...formatEntry("", describeGain(deployment)),
    ...conditions.flatMap((text, at) => formatEntry(at === 0 ? "conditions" : "", `- ${text}`)),
    ...flags
      .slice(0, FLAGS_SHOWN)
      .flatMap((text, at) => formatEntry(at === 0 ? "flags" : "", `- ${text}`)),
    ...(more > 0 ? formatEntry("", `- and ${more} more in the results`) : []),
    ...formatEntry("run next", experiment ?? "no experiment can be named"),
  ].join("\n");
}

function describeUse(use: string | null, reasons: readonly string[]): string {
  const because = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return `${(use ?? "not decided").toUpperCase().replaceAll("_", " ")}${because}`;
}

function describeGain({
  probability,
  probability_min: least,
  expected_gain,
  expected_loss,
}: DeploymentSummary): string {
  if (probability === null) return "";
  const asked = least === null ? "" : ` (${formatPercent(least, 0)} asked for)`;
  return (
    `the plan within ±30 % gains with probability ${formatPercent(probability, 1)}${asked}; expected ` +
    `gain ${formatFigure(expected_gain, 4)}, expected loss ${formatFigure(expected_loss, 4)} of the target`
  );
}

/** A name and its text, the text in a column of its own; nothing for no text. */
function formatEntry(name: string, text: string): string[] {
  if (text === "") return [];
  return wrapWords(escapeText(text, TEXT_CHARS), COLUMNS - INDENT).map(
    (line, at) => `${(at === 0 ? name : "").padEnd(INDENT)}${line}`,
  );
}

export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
