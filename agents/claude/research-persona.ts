/**
 * The Research Persona with Claude: the rejection by rule, and in plain words what the change would
 * break.
 *
 * I1. It rejects: kind, permitted tuning and the text written by rule stay; Claude's words follow.
 * I2. Citations are keys of the fixed bibliography from a given list; the built-in ones stay.
 * I3. A text that names a year, an author's form of reference, a link or a journal is refused.
 */
import { z } from "zod";
import {
  BIBLIOGRAPHY,
  type CitationKey,
  listWorksFor,
  findWork,
} from "../../guard/explanation/bibliography.ts";
import { FIELDS } from "../../guard/specification/specification.ts";
import { escapeText } from "../../session/quote.ts";
import { toJsonSchema, type Outcome, type Question } from "./ask.ts";
import { toAsker, describeTaskInput, type WrapTools } from "./context.ts";
import { render } from "./prompts.ts";
import type { Job, AdviseAnswer, AdviseJob, ExplainAnswer, ExplainJob } from "../reasoners.ts";

const TEXT_CHARS = 1200;
const CITATIONS_MAX = 3;

/** What looks like a reference or an author's name from the bibliography. */
const REFERENCE = /\b(?:1[89]|20)\d\d\b|\bet al\b|\bdoi\b|arxiv|https?:|\bvol\.|\bpp\./i;
const AUTHORS: readonly string[] = [
  ...new Set(
    Object.values(BIBLIOGRAPHY).flatMap(({ short }) => short.match(/\p{Lu}\p{L}{3,}/gu) ?? []),
  ),
];

export async function explainWithClaude(
  tools: WrapTools,
  job: ExplainJob,
  builtin: ExplainAnswer,
): Promise<Outcome<ExplainAnswer>> {
  const inputs = { violations: job.violations.slice(0, 10), rejection: builtin.text };
  const asked = createExplainQuestion(tools, job, { task: "explain", inputs, builtin });
  const outcome = await tools.claude.ask(asked);
  if (outcome.failure !== null) return outcome;
  const { note } = outcome;
  return {
    answer: { ...builtin, ...mergeExplanations(builtin, outcome.answer), note },
    failure: null,
    note,
  };
}

export async function rejectWithClaude(
  tools: WrapTools,
  job: AdviseJob,
  builtin: AdviseAnswer,
): Promise<Outcome<AdviseAnswer>> {
  const inputs = { task: describeTaskInput(job.task), rejection: builtin.text };
  const asked = createExplainQuestion(tools, job, { task: "reject", inputs, builtin });
  const outcome = await tools.claude.ask(asked);
  if (outcome.failure !== null) return outcome;
  const { note } = outcome;
  return {
    answer: { ...builtin, ...mergeExplanations(builtin, outcome.answer), note },
    failure: null,
    note,
  };
}

interface Said {
  readonly text: string;
  readonly citations: readonly string[];
}

interface Asked {
  readonly task: "explain" | "reject";
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly builtin: Said;
}

function createExplainQuestion(tools: WrapTools, job: Job, asked: Asked): Question<Said> {
  const keys = listCitableWorks(asked.builtin.citations);
  const schema = z.strictObject({
    text: z.string().min(1).max(2000),
    citations: z.array(z.enum(keys as [CitationKey, ...CitationKey[]])).max(CITATIONS_MAX),
  });
  const works = Object.fromEntries(keys.map((key) => [key, BIBLIOGRAPHY[key].point]));
  const inputs = { ...asked.inputs, works };
  return {
    role: "research_persona",
    asker: toAsker(job),
    prompt: render(tools.prompts.research_persona, asked.task, inputs, toJsonSchema(schema)),
    schema,
    check: ({ text }) => checkExplanationText(text),
  };
}

/** Works that support what the built-in rejection cites for; all of them where it cites nothing. */
function listCitableWorks(citations: readonly string[]): readonly CitationKey[] {
  const fields = new Set(citations.flatMap((key) => findWork(key)?.supports ?? []));
  const wanted = FIELDS.filter((field) => fields.size === 0 || fields.has(field));
  return [...new Set(wanted.flatMap((field) => listWorksFor(field)))];
}

/** Why a text may not be shown: references are printed from keys alone. */
export function checkExplanationText(text: string): string[] {
  const named = AUTHORS.find((name) => new RegExp(`\\b${name}\\b`, "u").test(text));
  if (named !== undefined) return [`the text names an author (${named}); cite by key only`];
  return REFERENCE.test(text) ? ["the text holds a reference; cite by key only"] : [];
}

function mergeExplanations(builtin: Said, said: Said): Said {
  const citations = [...new Set([...builtin.citations, ...said.citations])];
  return { text: `${builtin.text} ${escapeText(said.text, TEXT_CHARS)}`, citations };
}
