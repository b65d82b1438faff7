/**
 * What an A2A message asks for: a session, a proposal, a decision, or a role's opinion.
 *
 * I1. One data part says it exactly; text alone is a proposal for a running session, or a decision
 *     where one is open.
 */
import { z } from "zod";
import { RequestMalformedError, type Message } from "./sdk.ts";
import { START_REQUEST, TEXT_CHARS_MAX, type StartRequest } from "../sessions/requests.ts";

export const ROLE_SKILLS = [
  "data_scientist",
  "business_analyst",
  "stakeholder",
  "research_persona",
] as const;

const ROLE_QUESTION = z.strictObject({
  skill: z.enum(ROLE_SKILLS),
  question: z.enum(["propose", "review", "advise", "explain", "decide"]),
  job: z.record(z.string(), z.unknown()),
});
export type RoleQuestion = z.infer<typeof ROLE_QUESTION>;

const OPTIMIZE = START_REQUEST.extend({ skill: z.literal("optimize_model").optional() });

const CHOICES = ["resume", "keep_current", "abort"] as const;
const ANSWER = z.strictObject({
  choice: z.enum(CHOICES),
  escalation: z.string().min(1).max(60).optional(),
  instruction: z.string().max(TEXT_CHARS_MAX).nullable().default(null),
  reason: z.string().min(1).max(2_000).default("decided by A2A message"),
});
export type EscalationAnswer = z.infer<typeof ANSWER>;

function getMessageData(message: Message): unknown {
  const found = message.parts.flatMap(({ content }) =>
    content?.$case === "data" ? [content.value as unknown] : [],
  );
  if (found.length > 1) throw new RequestMalformedError("at most one data part is understood");
  return found[0];
}

/** All text of a message. */
export function getMessageText(message: Message): string {
  return message.parts
    .flatMap(({ content }) => (content?.$case === "text" ? [content.value] : []))
    .join("\n")
    .trim();
}

/** A question for one of the roles; null when the message is something else. */
export function parseRoleQuestion(message: Message): RoleQuestion | null {
  const data = getMessageData(message) as { skill?: unknown } | undefined;
  if (!(ROLE_SKILLS as readonly unknown[]).includes(data?.skill)) return null;
  return parseDataPart(ROLE_QUESTION, data);
}

/** A request for a session. */
export function parseStartRequest(message: Message): StartRequest {
  const data = getMessageData(message);
  if (data === undefined) {
    throw new RequestMalformedError(
      "to optimize a model send a data part {baseline, business_context, limits?, seed?}",
    );
  }
  const { skill: _skill, ...request } = parseDataPart(OPTIMIZE, data);
  return request;
}

/** A decision: the data part, or a text that starts with a choice. */
export function parseEscalationAnswer(message: Message): EscalationAnswer {
  const data = getMessageData(message);
  if (data !== undefined) return parseDataPart(ANSWER, data);
  const [, word = "", rest = ""] =
    /^\s*([a-z_]+)\s*[:,-]?\s*([\s\S]*)$/i.exec(getMessageText(message)) ?? [];
  const choice = CHOICES.find((known) => known === word.toLowerCase());
  if (choice === undefined) {
    throw new RequestMalformedError(`a decision starts with one of ${CHOICES.join(", ")}`);
  }
  const instruction = choice === "resume" && rest !== "" ? rest : null;
  return parseDataPart(ANSWER, { choice, instruction, ...(rest === "" ? {} : { reason: rest }) });
}

/** Text for a running session. */
export function parseProposalText(message: Message): string {
  const text = getMessageText(message);
  if (text === "" || text.length > TEXT_CHARS_MAX) {
    throw new RequestMalformedError(`a proposal is text of 1 to ${TEXT_CHARS_MAX} characters`);
  }
  return text;
}

function parseDataPart<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const issuePath = issue?.path.map(String).join(".") ?? "";
  throw new RequestMalformedError(
    `data part, ${issuePath || "whole"}: ${issue?.message ?? "not valid"}`,
  );
}
