/**
 * The Research Persona by built-in reasoning: why the methodology stays, with the literature.
 *
 * I1. Citations are keys of the fixed bibliography, taken from the specification.
 */
import { protectedEntry, tunableEntry, type Specification } from "../guard/specification.ts";
import type { AdviseAnswer, AdviseJob, ExplainAnswer, ExplainJob } from "./reasoners.ts";

type Explanation = Omit<ExplainAnswer, "note">;

export function explainVeto(job: ExplainJob, spec: Specification): Explanation {
  const first = job.violations[0];
  const path = first?.path ?? "";
  const field =
    tunableEntry(spec, path)?.field ?? protectedEntry(spec, path)?.field ?? "governance";
  const row = spec.fields[field];
  const listed = job.violations.map((one) => `${one.code} at ${one.path || "the proposal"}`);
  return {
    text: `Rejected (${listed.join("; ")}). ${first?.message ?? ""}. ${row?.breaks ?? ""}`,
    citations: row?.citations ?? [],
    permitted: "Tune decay, alpha, gamma and the penalty inside their ranges.",
  };
}

export function rejectTask(job: AdviseJob, spec: Specification): Omit<AdviseAnswer, "note"> {
  const row = spec.fields.governance;
  return {
    kind: "rejection",
    text: `The methodology is not up for change in a session: "${job.task.text.slice(0, 200)}" is rejected. ${row?.breaks ?? ""}`,
    constraints: [],
    citations: row?.citations ?? [],
  };
}
