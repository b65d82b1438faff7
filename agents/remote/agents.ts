/**
 * Roles that are served elsewhere: a remote agent's answers, on top of the local ones.
 *
 * I1. A remote answer is untrusted: checked, bounded, escaped. A proposal of a remote Data Scientist
 *     goes to the guard like any other.
 * I2. A remote agent can add findings, conditions and refusals; it can neither drop a critical
 *     finding nor lift a refusal: the stricter of the two answers counts.
 * I3. The Research Persona always rejects, wherever it is served.
 * I4. When the remote agent gives no usable answer, the local one stands and says so, or the step
 *     fails, as the registry says. Cancellation is passed on.
 */
import type { Specification } from "../../guard/specification/specification.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import type { ReasonerNote, Role } from "../../schemas/parts.ts";
import { escapeText } from "../../session/quote.ts";
import type {
  AdviseAnswer,
  AdviseJob,
  DecideAnswer,
  ExplainAnswer,
  Job,
  ProposeAnswer,
  Reasoners,
  ReviewAnswer,
  ReviewJob,
} from "../reasoners.ts";
import { tightenDecision } from "../tighten-decision.ts";
import { ANSWERS, serializeJob, narrowConstraints, type QuestionKind } from "./questions.ts";
import type { RemoteAnswer, RoleQuestion } from "./questions.ts";

/** A remote agent as the consumers see it. */
export interface RemoteAgent {
  readonly name: string;
  readonly fallback: "builtin" | "fail";
  /** Asks; a repetition with the same id is one question. */
  ask(question: RoleQuestion, id: string, signal: AbortSignal): Promise<unknown>;
}

export interface RemoteTools {
  readonly agents: ReadonlyMap<Role, RemoteAgent>;
  readonly spec: Specification;
}

const TEXT_CHARS = 2_000;
const LINE_CHARS = 300;

/** `local` with the roles of `agents` answered by them. */
export function withRemoteAgents(local: Reasoners, tools: RemoteTools): Reasoners {
  const agentOf = (role: Role): RemoteAgent | null => tools.agents.get(role) ?? null;
  return {
    propose: async (job) => {
      const agent = agentOf("data_scientist");
      if (agent === null) return local.propose(job);
      const asked = await askRemoteAgent(agent, { role: "data_scientist", kind: "propose", job });
      if (asked.answer === null) return withNote(await local.propose(job), asked.note);
      return acceptProposal(asked.answer, asked.note);
    },
    review: async (job) => {
      const own = await local.review(job);
      const agent = agentOf("business_analyst");
      if (agent === null) return own;
      const asked = await askRemoteAgent(agent, { role: "business_analyst", kind: "review", job });
      if (asked.answer === null) return withNote(own, asked.note);
      return mergeRemoteReview(own, asked.answer, { job, tools, note: asked.note });
    },
    advise: async (job) => {
      const own = await local.advise(job);
      const agent = agentOf(job.role);
      if (agent === null || job.role === "data_scientist") return own;
      const asked = await askRemoteAgent(agent, { role: job.role, kind: "advise", job });
      if (asked.answer === null) return withNote(own, asked.note);
      return mergeRemoteAdvice(own, asked.answer, { job, tools, note: asked.note });
    },
    explain: async (job) => {
      const own = await local.explain(job);
      const agent = agentOf("research_persona");
      if (agent === null) return own;
      const asked = await askRemoteAgent(agent, { role: "research_persona", kind: "explain", job });
      if (asked.answer === null) return withNote(own, asked.note);
      return mergeRemoteExplanation(own, asked.answer, asked.note);
    },
    decide: async (job) => {
      const own = await local.decide(job);
      const agent = agentOf("stakeholder");
      if (agent === null) return own;
      const asked = await askRemoteAgent(agent, { role: "stakeholder", kind: "decide", job });
      if (asked.answer === null) return withNote(own, asked.note);
      return mergeRemoteDecision(own, asked.answer, asked.note);
    },
  };
}

type Asked<K extends QuestionKind> =
  | { readonly answer: RemoteAnswer<K>; readonly note: ReasonerNote }
  | { readonly answer: null; readonly note: ReasonerNote };

interface Asking<K extends QuestionKind> {
  readonly role: Role;
  readonly kind: K;
  readonly job: Job & Parameters<Reasoners[K]>[0];
}

async function askRemoteAgent<K extends QuestionKind>(
  agent: RemoteAgent,
  { role, kind, job }: Asking<K>,
): Promise<Asked<K>> {
  const question = { skill: role, question: kind, job: serializeJob(job) };
  try {
    const raw = await agent.ask(question, `${job.step}/${kind}`, job.signal);
    const parsed = ANSWERS[kind].safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const issuePath = issue?.path.map(String).join(".") ?? "";
      throw new MmmError("reasoner_failed", `${agent.name}: ${issuePath}: ${issue?.message ?? ""}`);
    }
    return { answer: parsed.data as RemoteAnswer<K>, note: createRemoteNote(agent, null) };
  } catch (error) {
    job.signal.throwIfAborted();
    if (agent.fallback === "fail") throw toReasonerFailure(agent, error);
    return {
      answer: null,
      note: createRemoteNote(agent, escapeText(describeError(error), LINE_CHARS)),
    };
  }
}

function toReasonerFailure(agent: RemoteAgent, error: unknown): MmmError {
  if (error instanceof MmmError) return error;
  return new MmmError("reasoner_failed", `${agent.name}: ${describeError(error)}`, {
    cause: error,
  });
}

function createRemoteNote(agent: RemoteAgent, fallback: string | null): ReasonerNote {
  return {
    kind: fallback === null ? "a2a" : "builtin",
    model: agent.name,
    prompt_digest: null,
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: 0,
    fallback,
  };
}

/** The local answer, with the reason why it stands alone. */
function withNote<A extends { readonly note: ReasonerNote }>(own: A, note: ReasonerNote): A {
  return { ...own, note: { ...own.note, fallback: `${note.model ?? ""}: ${note.fallback ?? ""}` } };
}

function acceptProposal(said: RemoteAnswer<"propose">, note: ReasonerNote): ProposeAnswer {
  return { ...said, reasoning: escapeText(said.reasoning, TEXT_CHARS), note };
}

interface Ground<J> {
  readonly job: J;
  readonly tools: RemoteTools;
  readonly note: ReasonerNote;
}

const VERDICTS = ["approve", "warn", "critical"] as const;

function mergeRemoteReview(
  own: ReviewAnswer,
  said: RemoteAnswer<"review">,
  { job, tools, note }: Ground<ReviewJob>,
): ReviewAnswer {
  const findings = said.findings.map((finding) => ({
    ...finding,
    code: `remote_${escapeText(finding.code, 60)}`,
    message: escapeText(finding.message, LINE_CHARS),
    source: `remote agent ${note.model ?? ""}`,
  }));
  const critical = findings.some(({ severity }) => severity === "critical");
  const worst = critical ? "critical" : said.verdict;
  const rank = Math.max(VERDICTS.indexOf(own.verdict), VERDICTS.indexOf(worst));
  return {
    verdict: VERDICTS[rank] ?? "critical",
    findings: [...own.findings, ...findings],
    constraints: [
      ...own.constraints,
      ...narrowConstraints(said.constraints, job.config, tools.spec),
    ],
    summary: `${own.summary} ${escapeText(said.summary, TEXT_CHARS)}`.trim(),
    note,
  };
}

function mergeRemoteAdvice(
  own: AdviseAnswer,
  said: RemoteAnswer<"advise">,
  { job, tools, note }: Ground<AdviseJob>,
): AdviseAnswer {
  const text = escapeText(said.text, TEXT_CHARS);
  // A rejection stands, whoever says it.
  if (own.kind === "rejection") return { ...own, text: `${own.text} ${text}`.trim(), note };
  const constraints = narrowConstraints(said.constraints, job.base, tools.spec);
  const kind = said.kind === "constraints" && constraints.length === 0 ? "advice" : said.kind;
  return { kind, text, constraints, citations: own.citations, note };
}

function mergeRemoteExplanation(
  own: ExplainAnswer,
  said: RemoteAnswer<"explain">,
  note: ReasonerNote,
): ExplainAnswer {
  return { ...own, text: `${own.text} ${escapeText(said.text, TEXT_CHARS)}`.trim(), note };
}

function mergeRemoteDecision(
  own: DecideAnswer,
  said: RemoteAnswer<"decide">,
  note: ReasonerNote,
): DecideAnswer {
  const lines = (texts: readonly string[]) => texts.map((text) => escapeText(text, LINE_CHARS));
  const escaped = {
    ...said,
    rationale: escapeText(said.rationale, TEXT_CHARS),
    conditions: lines(said.conditions),
    success_criteria: lines(said.success_criteria),
  };
  return { ...tightenDecision(own, escaped, `remote agent ${note.model ?? ""}`), note };
}
