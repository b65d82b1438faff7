/**
 * `mmm guard check`: a proposal judged outside any session, one or many lines at a time.
 *
 * I1. Pure: texts in, result out; files, streams and exit codes are the caller's.
 * I2. A line that cannot be read is a veto of layer "system", never a skipped line.
 */
import { parseModelConfig } from "../model/config.ts";
import type { Json } from "../schemas/canonical.ts";
import { describeError } from "../schemas/errors.ts";
import {
  type Figures,
  computeFigures,
  type Stopwatch,
  type Watched,
  observeJudges,
} from "./explain.ts";
import { type JudgeInput, judge } from "./judge.ts";
import { type Pinned, pinConfig } from "./rules/pinned.ts";
import { isObject } from "./proposal/proposal.ts";
import type { SemanticJudge } from "./words/judges.ts";
import type { ObservedExposure } from "./signature/signature.ts";
import type { Specification } from "./specification/specification.ts";
import { parseStrictJson } from "../schemas/strict-json.ts";
import type { Layer, LayerVerdict, Verdict } from "./verdict.ts";

export interface CheckContext {
  readonly baseline: Pinned;
  readonly spec: Specification;
  readonly judges: readonly SemanticJudge[];
  readonly observed?: ObservedExposure | null;
  /** With it results have figures; the guard itself has no clock. */
  readonly stopwatch?: Stopwatch;
}

export interface CheckResult {
  /** As given on the line; null for a single check or a line without a usable one. */
  readonly id: string | number | null;
  readonly verdict: "cleared" | "vetoed";
  readonly layer: Layer | null;
  readonly violations: readonly {
    readonly code: string;
    readonly path: string;
    readonly message: string;
    readonly evidence: string;
  }[];
  readonly layers: readonly LayerVerdict[];
  /** What `--explain` prints. */
  readonly figures?: Figures;
}

/**
 * The pinned form of a baseline file's text.
 * @throws JsonRefused, ModelError
 */
export function readBaseline(text: string): Pinned {
  return pinConfig(parseModelConfig(parseStrictJson(text)));
}

/** Judges one proposal text; never rejects. */
export async function checkProposal(
  proposal: string,
  reasoning: string | null,
  context: CheckContext,
): Promise<CheckResult> {
  return runCheck(null, createJudgeInput(proposal, reasoning, context), context);
}

/** Judges one line of `--batch`: `{"id","proposal": "<raw text>","reasoning"?}`; never rejects. */
export async function checkLine(line: string, context: CheckContext): Promise<CheckResult> {
  const read = readLine(line);
  if ("fault" in read) {
    const { id, fault } = read;
    const violations = [{ code: "input_unreadable", path: "", message: fault, evidence: "" }];
    return { id, verdict: "vetoed", layer: "system", violations, layers: [] };
  }
  return runCheck(read.id, createJudgeInput(read.proposal, read.reasoning, context), context);
}

async function runCheck(
  id: CheckResult["id"],
  input: JudgeInput,
  { judges, stopwatch }: CheckContext,
): Promise<CheckResult> {
  if (stopwatch === undefined) return toCheckResult(id, await judge(input, judges));
  const seen: Watched[] = [];
  const verdict = await judge(input, observeJudges(judges, stopwatch, seen));
  const figures = computeFigures({ input, verdict, judges, seen }, stopwatch);
  return { ...toCheckResult(id, verdict), figures };
}

/** A result as a line of NDJSON, without the layers' figures unless asked for. */
export function formatResultLine(result: CheckResult, explain: boolean): string {
  const { layers, figures, ...plain } = result;
  if (!explain) return JSON.stringify(plain);
  return JSON.stringify({ ...plain, layers, ...(figures === undefined ? {} : { figures }) });
}

type Line =
  | { readonly id: CheckResult["id"]; readonly proposal: string; readonly reasoning: string | null }
  | { readonly id: CheckResult["id"]; readonly fault: string };

function readLine(line: string): Line {
  let id: CheckResult["id"] = null;
  try {
    // The envelope is the caller's own, so the ordinary parser reads it; what it holds as
    // `proposal` goes to the strict one, and a text that one refuses still has its id.
    const value = JSON.parse(line) as Json;
    if (!isObject(value)) return { id, fault: "The line is not a JSON object" };
    const { id: own, proposal, reasoning } = value;
    if (typeof own === "number" || (typeof own === "string" && own.length <= 200)) id = own;
    else return { id, fault: "id has to be a number or a text of at most 200 characters" };
    if (typeof proposal !== "string") {
      return { id, fault: "proposal has to be the proposal's raw text" };
    }
    if (reasoning !== undefined && reasoning !== null && typeof reasoning !== "string") {
      return { id, fault: "reasoning has to be a text" };
    }
    return { id, proposal, reasoning: reasoning ?? null };
  } catch (error) {
    return { id, fault: `The line cannot be read: ${describeError(error)}` };
  }
}

function createJudgeInput(
  proposal: string,
  reasoning: string | null,
  context: CheckContext,
): JudgeInput {
  const { baseline, spec } = context;
  return {
    raw: proposal,
    ...(reasoning === null ? {} : { reasoning }),
    base: baseline,
    baseline,
    constraints: [],
    spec,
    observed: context.observed ?? null,
  };
}

function toCheckResult(id: CheckResult["id"], verdict: Verdict): CheckResult {
  return {
    id,
    verdict: verdict.verdict,
    layer: verdict.layer,
    violations: verdict.violations.map(({ code, path, message, evidence }) => ({
      code,
      path,
      message,
      evidence,
    })),
    layers: verdict.layers,
  };
}
