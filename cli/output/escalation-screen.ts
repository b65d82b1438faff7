/**
 * One escalation on one screen: what was proposed, why it was refused, what was said so far, what can
 * be decided, and until when.
 *
 * I1. At most 100 columns; long texts are cut here, `--json` has them whole.
 * I2. What an agent or a person wrote is escaped after it was read.
 * I3. A citation is shown as the fixed bibliography has it; a key it does not have is not shown.
 */
import { BIBLIOGRAPHY, type Work } from "../../guard/explanation/bibliography.ts";
import type { Violation } from "../../schemas/parts.ts";
import type { EscalationView, RefusedAttempt } from "../../session/escalation-view.ts";
import { escapeText } from "../../session/quote.ts";

const COLUMNS = 100;
const TEXT_CHARS = 360;
const VIOLATIONS_MAX = 6;
const CHANGES_MAX = 12;
const REFERENCES_MAX = 6;

const MEANINGS: Readonly<Record<string, string>> = {
  resume: "the Data Scientist tries again, with your --instruction",
  keep_current: "go on with the configuration that is accepted now",
  abort: "end the session",
};

/** The works of these keys, in order, each once. */
export function findCitedWorks(keys: readonly string[]): readonly Work[] {
  return [...new Set(keys)].flatMap((key) =>
    Object.hasOwn(BIBLIOGRAPHY, key) ? [BIBLIOGRAPHY[key as keyof typeof BIBLIOGRAPHY]] : [],
  );
}

/** The screen's text; `now` in milliseconds since 1970. */
export function renderEscalationScreen(view: EscalationView, now: number): string {
  const { session, business_unit, escalation, iteration, work_item } = view;
  const works = findCitedWorks(view.attempts.flatMap((attempt) => attempt.citations));
  return [
    `${escalation} of session ${session}`,
    ...formatSection("of", `${business_unit}, iteration ${iteration}, work item ${work_item}`),
    ...formatSection("state", describeEscalationState(view, now)),
    ...formatSection(
      "why",
      view.reason === view.attempts.at(-1)?.reason ? "" : cutText(view.reason),
    ),
    ...formatSection("proposed", ...formatProposed(view)),
    ...formatSection("refused for", ...formatViolations(view.violations)),
    ...formatSection(
      "so far",
      ...view.attempts.flatMap((attempt, at) =>
        formatRefusedAttempt(attempt, view.attempts[at - 1]),
      ),
    ),
    ...formatSection("cited", ...works.slice(0, REFERENCES_MAX).map((work) => work.reference)),
    ...formatDecision(view),
    "",
  ].join("\n");
}

function describeEscalationState(view: EscalationView, now: number): string {
  if (view.decision !== null) return `decided at ${formatMinute(view.decision.at)}`;
  if (view.status === "over") return "over, the session went on";
  if (view.decide_by === null) return "open without a limit: it waits for a person";
  const left = Date.parse(view.decide_by) - now;
  const rest = left > 0 ? `${formatDuration(left)} left` : "its time is up";
  return `open, ${rest} (until ${formatMinute(view.decide_by)}), then ${view.default_choice}`;
}

function formatMinute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** A duration in its two largest units. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const units = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  const shown = first === -1 ? units.slice(3) : units.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

function formatProposed({ attempts, proposed }: EscalationView): readonly string[] {
  const last = attempts.at(-1);
  if (last === undefined || last.author === null)
    return formatProposedChanges(last?.proposed ?? proposed);
  return [
    `${last.proposal} by ${last.author}`,
    ...formatProposedChanges(last.proposed ?? proposed),
  ];
}

/** The changes of a proposal a line each; a text of another form as it is. */
function formatProposedChanges(raw: string): readonly string[] {
  try {
    const { changes, reasoning } = JSON.parse(raw) as { changes?: unknown; reasoning?: unknown };
    if (!Array.isArray(changes)) return [cutText(raw)];
    const rows = (changes as readonly { path?: unknown; to?: unknown }[])
      .slice(0, CHANGES_MAX)
      .map(({ path, to }) => cutText(`${String(path)} → ${JSON.stringify(to)}`));
    const more = changes.length - rows.length;
    const words =
      typeof reasoning === "string" && reasoning !== "" ? [`“${cutText(reasoning)}”`] : [];
    return [...rows, ...(more > 0 ? [`and ${more} more`] : []), ...words];
  } catch {
    return [cutText(raw)];
  }
}

function formatViolations(violations: readonly Violation[]): readonly string[] {
  const shown = violations
    .slice(0, VIOLATIONS_MAX)
    .map(({ layer, code, path, message, evidence }) => {
      const where = path === "" ? "" : ` at ${path}`;
      return `${layer} · ${code}${where}: ${cutText(message)}${evidence === "" ? "" : ` (${cutText(evidence)})`}`;
    });
  const more = violations.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more (--json shows all)`] : shown;
}

function formatRefusedAttempt(attempt: RefusedAttempt, before?: RefusedAttempt): readonly string[] {
  const { count, proposal, author, by, layer, violations, reason, permitted } = attempt;
  const again = before?.reason === reason && before.permitted === permitted;
  const codes = [...new Set(violations.map(({ code }) => code))].join(", ");
  const why = layer === null ? "" : `, ${layer}: ${codes}`;
  const cites = findCitedWorks(attempt.citations).map(({ short }) => short);
  const head = `${count}. ${proposal}${author === null ? "" : ` by ${author}`}, refused by ${by}${why}`;
  if (again) return [head, "   for the same reason"];
  return [
    head,
    `   ${cutText(reason)}`,
    ...(cites.length > 0 ? [`   cites ${cites.join("; ")}`] : []),
    ...(permitted === null || permitted === "" ? [] : [`   permitted: ${cutText(permitted)}`]),
  ];
}

function formatDecision(view: EscalationView): readonly string[] {
  const late = view.refused_decisions.map(
    ({ decided_by, reason }) => `${decided_by}: refused (${reason})`,
  );
  const { decision } = view;
  if (decision !== null) {
    const who = decision.decided_by ?? "the time limit";
    return [
      ...formatSection("decided", `${decision.choice} by ${who}: ${cutText(decision.reason)}`),
      ...formatSection("refused", ...late),
    ];
  }
  if (view.status === "over") return formatSection("refused", ...late);
  const resolve = `mmm escalations resolve --session ${view.session} --escalation ${view.escalation}`;
  return [
    ...formatSection("options", ...view.options.map((word) => `${word}: ${MEANINGS[word] ?? ""}`)),
    ...formatSection("decide", resolve, "  --decision … --reason …"),
    ...formatSection("refused", ...late),
  ];
}

const LABEL = 13;

/** A label with lines beside it, wrapped; nothing where there are none. */
function formatSection(label: string, ...texts: readonly string[]): readonly string[] {
  const lines = texts.filter((text) => text.trim() !== "").flatMap(wrapText);
  return lines.map((line, at) => `${(at === 0 ? label : "").padEnd(LABEL)}${line}`.trimEnd());
}

/** Escaped anew: a JSON text that was read holds what its escapes stood for. */
function cutText(text: string): string {
  return escapeText(text, TEXT_CHARS);
}

/** Lines of a text, none wider than the screen; what follows the first is indented like it. */
function wrapText(text: string): readonly string[] {
  const width = COLUMNS - LABEL;
  const indent = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let line = "";
  for (const word of text
    .trim()
    .split(/ +/)
    .flatMap((long) => splitLongWord(long, width - 4))) {
    const longer = line === "" ? `${indent}${word}` : `${line} ${word}`;
    if (line !== "" && longer.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

function splitLongWord(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  return Array.from({ length: Math.ceil(word.length / width) }, (_, at) =>
    word.slice(at * width, (at + 1) * width),
  );
}
