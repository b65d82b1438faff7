/**
 * The Business Analyst with Claude: judgement on top of the checks.
 *
 * I1. Findings, constraints and verdict of the built-in review stay; Claude can only add, and a
 *     verdict can only become stricter.
 * I2. An added finding's figure is looked up in the trained model; none is taken from the answer.
 * I3. A constraint is cut to the range in force: it can narrow only.
 */
import { z } from "zod";
import { computeTunableBounds, type TunableBound } from "../../guard/specification/tunables.ts";
import type { ChannelResult, Constraint, Finding } from "../../schemas/parts.ts";
import { escapeText } from "../../session/quote.ts";
import { toJsonSchema, type Outcome, type Question } from "./ask.ts";
import { toAsker, describeBusinessInput, createChannelRows, type WrapTools } from "./context.ts";
import { render } from "./prompts.ts";
import type { ReviewAnswer, ReviewJob } from "../reasoners.ts";

const FIGURES = [
  "roi",
  "mroi",
  "decay",
  "half_life_weeks",
  "spend_share",
  "effect_share",
  "contribution_share",
] as const;

const ANSWER = z.strictObject({
  summary: z.string().min(1).max(2000),
  findings: z
    .array(
      z.strictObject({
        severity: z.enum(["warning", "critical"]),
        channel: z.string().min(1).max(200),
        figure: z.enum(FIGURES),
        message: z.string().min(1).max(600),
      }),
    )
    .max(10),
  constraints: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(200),
        min: z.number(),
        max: z.number(),
        reason: z.string().min(1).max(400),
      }),
    )
    .max(10),
});
type Answer = z.infer<typeof ANSWER>;

const MESSAGE_CHARS = 400;
const SUMMARY_CHARS = 1200;

export async function reviewWithClaude(
  tools: WrapTools,
  job: ReviewJob,
  builtin: ReviewAnswer,
): Promise<Outcome<ReviewAnswer>> {
  const bounds = computeTunableBounds(job.config, tools.spec);
  const outcome = await tools.claude.ask(createReviewQuestion(tools, job, { builtin, bounds }));
  if (outcome.failure !== null) return outcome;
  const { note } = outcome;
  return {
    answer: { ...mergeReviews(job, builtin, outcome.answer, bounds), note },
    failure: null,
    note,
  };
}

interface Ground {
  readonly builtin: ReviewAnswer;
  readonly bounds: ReadonlyMap<string, TunableBound>;
}

function createReviewQuestion(tools: WrapTools, job: ReviewJob, ground: Ground): Question<Answer> {
  const { candidate, baseline } = job;
  const inputs = {
    business: describeBusinessInput(job.context),
    candidate: createChannelRows(candidate),
    baseline: createChannelRows(baseline),
    validation: { candidate: candidate.validation, baseline: baseline.validation },
    findings: ground.builtin.findings,
    bounds: Object.fromEntries(
      [...ground.bounds].map(([path, { min, max }]) => [path, [min, max]]),
    ),
  };
  return {
    role: "business_analyst",
    asker: toAsker(job),
    prompt: render(tools.prompts.business_analyst, "review", inputs, toJsonSchema(ANSWER)),
    schema: ANSWER,
    check: (answer) => checkReviewReply(answer, job, ground.bounds),
  };
}

function checkReviewReply(answer: Answer, job: ReviewJob, bounds: Ground["bounds"]): string[] {
  const names = new Set(job.candidate.channels.map((row) => row.channel));
  return [
    ...answer.findings
      .filter(({ channel }) => !names.has(channel))
      .map(({ channel }) => `${escapeText(channel, 60)} is not a channel of the model`),
    ...answer.constraints
      .filter(({ path }) => !bounds.has(path))
      .map(({ path }) => `${escapeText(path, 100)} is not a tunable number`),
    ...answer.constraints
      .filter(({ min, max }) => min > max)
      .map(({ path }) => `${escapeText(path, 100)}: min is above max`),
  ];
}

function mergeReviews(
  job: ReviewJob,
  builtin: ReviewAnswer,
  said: Answer,
  bounds: Ground["bounds"],
): Omit<ReviewAnswer, "note"> {
  const findings = [
    ...builtin.findings,
    ...said.findings.map((one) => toJudgementFinding(job, one)),
  ];
  const added = new Set(said.findings.map(({ severity }) => severity));
  const critical = builtin.verdict === "critical" || added.has("critical");
  const warn = builtin.verdict === "warn" || added.has("warning");
  return {
    verdict: critical ? "critical" : warn ? "warn" : builtin.verdict,
    findings,
    constraints: [
      ...builtin.constraints,
      ...said.constraints.flatMap((one) => narrowConstraint(one, bounds)),
    ],
    summary: `${builtin.summary} ${escapeText(said.summary, SUMMARY_CHARS)}`,
  };
}

function toJudgementFinding(job: ReviewJob, said: Answer["findings"][number]): Finding {
  const row = job.candidate.channels.find(({ channel }) => channel === said.channel);
  return {
    code: `judgement_${said.figure}`,
    severity: said.severity,
    channel: said.channel,
    figure: row === undefined ? null : selectFigure(row, said.figure),
    bound: null,
    message: `${said.channel}: ${escapeText(said.message, MESSAGE_CHARS)}`,
    source: "judgement of the Business Analyst (Claude)",
  };
}

function selectFigure(row: ChannelResult, figure: (typeof FIGURES)[number]): number | null {
  return row[figure];
}

function narrowConstraint(said: Constraint, bounds: Ground["bounds"]): Constraint[] {
  const bound = bounds.get(said.path);
  if (bound === undefined) return [];
  const min = Math.max(bound.min, said.min);
  const max = Math.min(bound.max, said.max);
  if (min > max) return [];
  return [{ path: said.path, min, max, reason: escapeText(said.reason, MESSAGE_CHARS) }];
}
