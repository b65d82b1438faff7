/**
 * The guard: judges every Data Scientist output, and the baseline, before anything is trained.
 *
 * I1. It judges against the configurations of a valid warrant; without one it vetoes.
 * I2. Whatever goes wrong inside is a veto, never a pass; only a lost place or a stop is not one.
 * I3. A judge that hangs does not hold the guard up: no verdict within the limit is a veto.
 * I4. The verdict is in the inbox before it is on `vetoes`.
 */
import { signClearance, verifyWarrant, type Warrant } from "../guard/clearance.ts";
import { contentDigest } from "../guard/content.ts";
import type { KeyRing } from "../guard/keys.ts";
import { readProposal } from "../guard/proposal.ts";
import type { Verdict } from "../guard/verdict.ts";
import { errorText, MmmError } from "../schemas/errors.ts";
import type { EventOf } from "../schemas/event.ts";
import { TOPICS } from "../schemas/topics.ts";
import type { Clock } from "../session/ports.ts";
import type { Emission } from "../producers/publish.ts";
import { emit, type Consumer, type RecordedOf } from "./consumer.ts";

export interface GuardTools {
  /** The layered verdict on a raw proposal; never rejects but for `signal`. */
  judge(
    question: { readonly raw: string; readonly own: boolean; readonly warrant: Warrant },
    signal: AbortSignal,
  ): Promise<Verdict>;
  readonly specDigest: string;
  readonly guardKeys: KeyRing;
  readonly coordinatorKeys: KeyRing;
  /** How long one verdict may take, beyond the judges' own limits; none when left out. */
  readonly limit?: { readonly clock: Clock; readonly ms: number };
}

type Made = RecordedOf<"ProposalMade">;

export function createGuard(tools: GuardTools): Consumer {
  return {
    name: "guard",
    reads: [TOPICS.dsOutputs],
    on: { ProposalMade: async (event, { signal }) => [await verdictOn(tools, event, signal)] },
    failed: (event, { code, message }) =>
      event.type === "ProposalMade" ? [veto(tools, event, { code, message })] : [],
  };
}

async function verdictOn(tools: GuardTools, event: Made, signal: AbortSignal): Promise<Emission> {
  const { work_item, attempt, raw, author } = event.data;
  const session = event.envelope.session;
  try {
    const warrant = verifyWarrant(event.attachments.warrant, tools.coordinatorKeys, {
      session,
      work_item,
      attempt,
    });
    const answer = tools.judge({ raw, own: author === "system", warrant }, signal);
    const verdict = await within(tools.limit, answer, signal);
    return verdict === null
      ? veto(tools, event, { code: "guard_failed", message: "no verdict within the time limit" })
      : emission(tools, event, verdict);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MmmError && error.retriable) throw error;
    const code = error instanceof MmmError ? error.code : "internal";
    return veto(tools, event, { code, message: errorText(error) });
  }
}

/** The answer, or null when the time is up. */
async function within<T>(
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

function emission(tools: GuardTools, event: Made, verdict: Verdict): Emission {
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
function veto(tools: GuardTools, event: Made, fault: { code: string; message: string }): Emission {
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
    content_digest: contentDigest(raw, readProposal(raw).json),
    spec_digest: tools.specDigest,
    layer: "system",
    violations: [violation],
  };
  return emit({ type: "ProposalVetoed", data }, TOPICS.sessions, TOPICS.vetoes);
}
