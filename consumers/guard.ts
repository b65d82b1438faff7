/**
 * The guard: judges every Data Scientist output, and the baseline, before anything is trained.
 *
 * I1. It judges against the configurations of a valid warrant; without one it vetoes.
 * I2. Whatever goes wrong inside is a veto, never a pass; only a lost partition or a stop is not one.
 * I3. A judge that hangs does not hold the guard up: no verdict within the limit is a veto.
 * I4. The verdict is in the inbox before it is on `vetoes`.
 */
import { signClearance, verifyWarrant, type Warrant } from "../guard/tokens/clearance.ts";
import { computeContentDigest } from "../guard/proposal/content.ts";
import type { KeyRing } from "../guard/tokens/keys.ts";
import { readProposal } from "../guard/proposal/proposal.ts";
import type { Verdict } from "../guard/verdict.ts";
import { describeError, MmmError } from "../schemas/errors.ts";
import type { EventOf, Recorded } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Clock } from "../session/ports.ts";
import type { Emission } from "../producers/publish.ts";
import { emit, type Consumer } from "./loop/consumer.ts";

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
}

type Made = Extract<Recorded, { type: "ProposalMade" }>;

export function createGuard(tools: GuardTools): Consumer {
  return {
    name: "guard",
    reads: [TOPICS.dsOutputs],
    handles: ["ProposalMade"],
    handle: async (event, { signal }) =>
      event.type === "ProposalMade" ? [await judgeProposalMade(tools, event, signal)] : [],
    failed: (event, { code, message }) =>
      event.type === "ProposalMade" ? [createSystemVeto(tools, event, { code, message })] : [],
  };
}

async function judgeProposalMade(
  tools: GuardTools,
  event: Made,
  signal: AbortSignal,
): Promise<Emission> {
  const { work_item, attempt, raw, author } = event.data;
  const session = event.envelope.session;
  try {
    const warrant = verifyWarrant(event.attachments.warrant, tools.coordinatorKeys, {
      session,
      work_item,
      attempt,
    });
    const answer = tools.judge({ raw, isBaseline: author === "system", warrant }, signal);
    const verdict = await limitTime(tools.limit, answer, signal);
    return verdict === null
      ? createSystemVeto(tools, event, {
          code: "guard_failed",
          message: "no verdict within the time limit",
        })
      : createVerdictEmission(tools, event, verdict);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MmmError && error.retriable) throw error;
    const code = error instanceof MmmError ? error.code : "internal";
    return createSystemVeto(tools, event, { code, message: describeError(error) });
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

function createVerdictEmission(tools: GuardTools, event: Made, verdict: Verdict): Emission {
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

/** A veto of the system layer: the guard could not judge, so nothing passes. */
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
    message: "the guard could not judge this proposal, so it is not cleared",
    evidence: fault.message.slice(0, 300),
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
