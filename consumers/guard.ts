/**
 * The guard: judges every Data Scientist output, and the baseline, before anything is trained.
 *
 * I1. It judges against the configurations of a valid warrant; a message without one is vetoed.
 * I2. Whatever goes wrong inside is never a pass, and never a veto: a veto speaks of the proposal. What
 *     may pass (an encoder, a file, a model that cannot be reached) is waited for; then GuardFailed
 *     names the cause. Only a lost partition or a stop says nothing.
 * I3. A judge that hangs does not hold the guard up: no verdict within the limit is a failure.
 * I4. The verdict is in the inbox before it is on `vetoes`.
 */
import { signClearance, verifyWarrant, type Warrant } from "../guard/tokens/clearance.ts";
import { computeContentDigest } from "../guard/proposal/content.ts";
import type { KeyRing } from "../guard/tokens/keys.ts";
import { readProposal } from "../guard/proposal/proposal.ts";
import type { Verdict } from "../guard/verdict.ts";
import { UNJUDGED } from "../guard/violation.ts";
import { MmmError } from "../schemas/errors.ts";
import type { EventOf } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Clock } from "../session/ports.ts";
import { retry, type RetryPolicy } from "../session/waiting/retry.ts";
import type { Emission } from "../producers/publish.ts";
import { emit, type Consumer, type RecordedOf } from "./loop/consumer.ts";

export interface GuardTools {
  /** The layered verdict on a raw proposal; never rejects but for `signal`. */
  judge(
    question: { readonly raw: string; readonly isBaseline: boolean; readonly warrant: Warrant },
    signal: AbortSignal,
  ): Promise<Verdict>;
  readonly specDigest: string;
  readonly guardKeys: KeyRing;
  readonly coordinatorKeys: KeyRing;
  /** How long one verdict may take, beyond the judges' own limits; none when left out. */
  readonly limit?: { readonly clock: Clock; readonly ms: number };
  /** Waits between tries of what may pass; one try when left out. */
  readonly retry?: { readonly clock: Clock; readonly waitsMs: readonly number[] };
}

type Made = RecordedOf<"ProposalMade">;

export function createGuard(tools: GuardTools): Consumer {
  return {
    name: "guard",
    reads: [TOPICS.dsOutputs],
    on: {
      ProposalMade: async (event, { signal }) => [await judgeProposalMade(tools, event, signal)],
    },
    failed: (event, failure) => (event.type === "ProposalMade" ? [failed(event, failure)] : []),
  };
}

/** Waits between tries for what may pass; what no try can judge is thrown, and becomes GuardFailed. */
async function judgeProposalMade(
  tools: GuardTools,
  event: Made,
  signal: AbortSignal,
): Promise<Emission> {
  const judge = (): Promise<Emission> => judgeOnce(tools, event, signal);
  if (tools.retry === undefined) return judge();
  const { clock, waitsMs } = tools.retry;
  const policy: RetryPolicy = ({ error, tries }) =>
    mayPass(error) ? (waitsMs[tries - 1] ?? null) : null;
  return retry(judge, { policy, clock, signal });
}

/** A request that is wrong in itself, other keys and a limit that was a wait already stay. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof MmmError)) return true;
  return !error.retriable && error.code !== "config_invalid" && error.data["lasting"] !== true;
}

async function judgeOnce(tools: GuardTools, event: Made, signal: AbortSignal): Promise<Emission> {
  const warrant = readWarrant(tools, event);
  if (warrant instanceof MmmError) return createSystemVeto(tools, event, warrant);
  const { raw, author } = event.data;
  const answer = tools.judge({ raw, isBaseline: author === "system", warrant }, signal);
  const verdict = await limitTime(tools.limit, answer, signal);
  if (verdict === null)
    throw createUnableError("no verdict within the time limit: a judge hangs", true);
  const unjudged = verdict.violations.find(({ code }) => UNJUDGED.has(code));
  if (unjudged === undefined) return createVerdictEmission(tools, event, { verdict, warrant });
  const { message, evidence } = unjudged;
  throw createUnableError(evidence === "" ? message : `${message} (${evidence})`, false);
}

function createUnableError(message: string, lasting: boolean): MmmError {
  return new MmmError("guard_unable", message, { data: { lasting } });
}

/**
 * The warrant of a message, or the refusal of one that nobody vouches for.
 * @throws MmmError `guard_unable` where coordinator and guard hold different keys
 */
function readWarrant(tools: GuardTools, event: Made): Warrant | MmmError {
  const { work_item, attempt } = event.data;
  const { session } = event.envelope;
  const { warrant } = event.attachments;
  try {
    return verifyWarrant(warrant, tools.coordinatorKeys, { session, work_item, attempt });
  } catch (error) {
    if (!(error instanceof MmmError) || error.code !== "clearance_refused") throw error;
    if (error.data["reason"] !== "unknown_key") return error;
    const remedy = "give coordinator and guard the same keys (MMM_KEYS, or one state folder)";
    throw createUnableError(`${error.message}; ${remedy}`, true);
  }
}

/** The answer, or null when the time is up. */
async function limitTime<T>(
  limit: GuardTools["limit"],
  answer: Promise<T>,
  signal: AbortSignal,
): Promise<T | null> {
  if (limit === undefined) return answer;
  const answered = new AbortController();
  const late = limit.clock.sleep(limit.ms, AbortSignal.any([signal, answered.signal]));
  try {
    return await Promise.race([answer, late.then(() => null)]);
  } finally {
    answered.abort();
    signal.throwIfAborted();
  }
}

function createVerdictEmission(
  tools: GuardTools,
  event: Made,
  { verdict, warrant }: { readonly verdict: Verdict; readonly warrant: Warrant },
): Emission {
  const { proposal, work_item } = event.data;
  if (verdict.verdict === "vetoed") {
    const data: EventOf<"ProposalVetoed">["data"] = {
      proposal,
      work_item,
      content_digest: verdict.contentDigest,
      spec_digest: verdict.specDigest,
      layer: verdict.layer,
      violations: verdict.violations,
    };
    return emit({ type: "ProposalVetoed", data }, TOPICS.sessions, TOPICS.vetoes);
  }
  const clearance = signClearance(
    {
      session: event.envelope.session,
      proposal,
      config_digest: verdict.configDigest,
      methodology_digest: verdict.methodologyDigest,
      spec_digest: verdict.specDigest,
      ...(warrant.data_digest === undefined ? {} : { data_digest: warrant.data_digest }),
    },
    tools.guardKeys,
  );
  const data: EventOf<"ProposalCleared">["data"] = {
    proposal,
    content_digest: verdict.contentDigest,
    config: verdict.config,
    config_digest: verdict.configDigest,
    base_digest: verdict.baseDigest,
    methodology_digest: verdict.methodologyDigest,
    spec_digest: verdict.specDigest,
    changes: verdict.changes,
    layers: verdict.layers,
    clearance,
  };
  return emit({ type: "ProposalCleared", data }, TOPICS.sessions);
}

/** A veto of the system layer: nobody vouches for the message, so nothing in it passes. */
function createSystemVeto(
  tools: GuardTools,
  event: Made,
  fault: { code: string; message: string },
): Emission {
  const { proposal, work_item, raw } = event.data;
  const violation = {
    code: fault.code,
    layer: "system" as const,
    path: "",
    message: "the proposal came without a valid warrant, so it is not cleared",
    evidence: fault.message.slice(0, EVIDENCE_CHARACTERS_MAX),
  };
  const data: EventOf<"ProposalVetoed">["data"] = {
    proposal,
    work_item,
    content_digest: computeContentDigest(raw, readProposal(raw).json),
    spec_digest: tools.specDigest,
    layer: "system",
    violations: [violation],
  };
  return emit({ type: "ProposalVetoed", data }, TOPICS.sessions, TOPICS.vetoes);
}

const EVIDENCE_CHARACTERS_MAX = 300;
const REASON_CHARACTERS_MAX = 500;

/** Nothing was judged: the session is told why, and nothing is trained. */
function failed(event: Made, { code, message }: { code: string; message: string }): Emission {
  const { proposal, work_item } = event.data;
  const data = { proposal, work_item, code, reason: message.slice(0, REASON_CHARACTERS_MAX) };
  return emit({ type: "GuardFailed", data }, TOPICS.sessions);
}
