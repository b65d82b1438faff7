/**
 * The Business Analyst on a task it took: constraints after refusals or from a person's words, else
 * figures in words.
 *
 * I1. A range asked for in words is cut to the range in force; nothing wider comes out.
 */
import type { Constraint } from "../schemas/parts.ts";
import { formatPercent } from "../schemas/number-text.ts";
import { expectedRoi } from "./benchmarks.ts";
import { boundText } from "./builtin-finding.ts";
import { constraintsAround } from "./builtin-constraints.ts";
import { parseRange } from "./builtin-request.ts";
import { roiText } from "./builtin-return-checks.ts";
import type { BusinessSettings } from "./business-settings.ts";
import type { AdviseAnswer, AdviseJob } from "./reasoners.ts";

type Advice = Omit<AdviseAnswer, "note">;

/** The Business Analyst's answer to a task. */
export function adviseBusiness(job: AdviseJob, settings: BusinessSettings): Advice {
  const { task, base, bounds } = job;
  const asked = task.kind === "free_text" ? askedRange(job) : null;
  if (asked !== null) {
    const { path, min, max } = asked;
    const text = `${path} is to stay within ${short(min)} to ${short(max)} from now on.`;
    return { kind: "constraints", text, constraints: [asked], citations: [] };
  }
  if (task.kind === "tune") {
    const constraints = constraintsAround(base, bounds, task.feedback);
    const paths = constraints.map((one) => one.path).join(", ");
    const text = `After ${task.feedback.length} refusals these ranges are narrowed to a quarter around the values in force: ${paths}.`;
    if (constraints.length > 0) return { kind: "constraints", text, constraints, citations: [] };
  }
  return { kind: "advice", text: figuresText(job, settings), constraints: [], citations: [] };
}

function askedRange({ task, base, bounds }: AdviseJob): Constraint | null {
  const range = parseRange(task.text, base);
  const bound = range === null ? undefined : bounds.get(range.path);
  if (range === null || bound === undefined) return null;
  const min = Math.max(bound.min, range.low);
  const max = Math.min(bound.max, range.high);
  const reason = "asked for by a person during the session";
  return min <= max ? { path: range.path, min, max, reason } : null;
}

function figuresText({ trained, context }: AdviseJob, settings: BusinessSettings): string {
  if (trained === null) return "There is no trained model yet.";
  const lines = trained.channels.map((channel) => {
    const expected = expectedRoi(channel, context, settings);
    const against = expected === null ? "" : ` (expected ${boundText(expected)})`;
    return `${channel.channel}: ${roiText(channel, context)}${against}, half-life ${channel.half_life_weeks.toFixed(1)} weeks`;
  });
  const share = trained.baseline_share;
  const base = share === null ? "" : ` Baseline ${formatPercent(share, 0)} of the target.`;
  return `Of the model in force: ${lines.join("; ")}.${base}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
