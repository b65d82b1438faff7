/**
 * The Business Analyst on a task: narrower ranges around what was refused, or advice in words.
 *
 * I1. A constraint lies within the range in force; it can narrow only.
 */
import { tunableValues } from "../guard/tunables.ts";
import type { Constraint } from "../schemas/parts.ts";
import type { BusinessSettings } from "./business-settings.ts";
import type { AdviseAnswer, AdviseJob } from "./reasoners.ts";

/** Share of a range left around the value in force. */
const KEPT_SHARE = 0.25;

export function adviseConstraints(
  job: AdviseJob,
  _settings: BusinessSettings,
): Omit<AdviseAnswer, "note"> {
  const constraints = job.task.kind === "tune" || job.task.feedback.length > 0 ? narrowed(job) : [];
  if (constraints.length === 0) {
    const text = "No range needs narrowing for this; the model's findings stand as reviewed.";
    return { kind: "advice", text, constraints: [], citations: [] };
  }
  const paths = constraints.map((one) => one.path).join(", ");
  const text = `After ${job.task.feedback.length} refusals the ranges of ${paths} are narrowed around the configuration in force.`;
  return { kind: "constraints", text, constraints, citations: [] };
}

function narrowed(job: AdviseJob): Constraint[] {
  const said = job.task.feedback.join(" ");
  const values = tunableValues(job.base);
  const channels = job.base.channels.map((channel) => channel.name);
  const named = channels.filter((name) => new RegExp(`(^|[^\\w])${name}([^\\w]|$)`).test(said));
  const wanted = named.length > 0 ? named : channels;
  const found: Constraint[] = [];
  for (const [path, bound] of job.bounds) {
    const value = values.get(path);
    if (value === undefined || !wanted.some((name) => path.startsWith(`hyperparameters.${name}.`)))
      continue;
    const reach = (KEPT_SHARE * (bound.max - bound.min)) / 2;
    const min = Math.max(bound.min, Math.min(value, bound.max) - reach);
    const max = Math.min(bound.max, Math.max(value, bound.min) + reach);
    found.push({ path, min, max, reason: "close to the configuration in force after refusals" });
  }
  return found;
}
