/**
 * Paid requests: budget, request, stored answer, booking, in an order that survives a kill at any moment.
 *
 * I1. A request that was answered and stored is never made again: its key is the step and the
 *     digest of the whole request.
 * I2. The first stored answer is the one that everybody uses; a second process's is paid for and
 *     thrown away.
 * I3. Reserve, ask, store, book. Killed in between: a stored answer is booked when it is met again.
 * I4. What is stored holds no secrets, and what is used is what is stored.
 * I5. Where nothing may be sent (replay, fork), a stored answer to the same request is used.
 */
import { computeDigest, computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import {
  NO_USAGE,
  countTokens,
  type Completion,
  type LanguageModel,
  type ModelObserver,
  type ModelRequest,
  type Turn,
} from "../../session/language-model.ts";
import type { Clock, KeyValueStore } from "../../session/ports.ts";
import type { Budgets, Payer } from "./budget.ts";
import { computeCost, toUsd, computeWorstCase, type Amount } from "./prices.ts";
import { redactValue } from "./redact.ts";
import type { Price } from "./settings.ts";

/** Who asks, for whom, in which step. */
export interface Asker {
  readonly role: string;
  readonly session: string;
  readonly businessUnit: string;
  readonly step: string;
  readonly promptDigest: string;
  readonly signal: AbortSignal;
}

/** One request and its answer as they are kept. */
export interface CallRecord {
  readonly key: string;
  readonly role: string;
  readonly session: string;
  readonly business_unit: string;
  readonly step: string;
  readonly model: string;
  readonly prompt_digest: string;
  /** Digest of the whole request. */
  readonly input_digest: string;
  /** The last turn; earlier ones are in earlier records of the step. */
  readonly asked: Turn;
  readonly completion: Completion;
  readonly cost_nanos: number;
  /** Duration of the request, retries and waiting included. */
  readonly ms: number;
  /** Milliseconds since 1970. */
  readonly reserved_at: number;
  /** The reservation to be booked. */
  readonly reservation: string;
}

export interface PaidTools {
  readonly model: LanguageModel;
  readonly store: Pick<KeyValueStore, "get" | "putIfAbsent">;
  readonly budgets: Budgets;
  readonly prices: Readonly<Record<string, Price>>;
  readonly clock: Clock;
  readonly observer: ModelObserver;
  readonly writer: string;
  readonly secrets: readonly string[];
  /** False: stored answers only. */
  readonly callOut: boolean;
  readonly attemptMs: number;
}

export type Paid = (asker: Asker, request: ModelRequest) => Promise<CallRecord>;

/** Makes requests that are paid for once. */
export function createPaid(tools: PaidTools): Paid {
  const prompts = new Set<string>();
  return async (asker, wanted) => {
    const request = redactValue(wanted, tools.secrets);
    const inputDigest = computeDigest(request);
    const key = `claude/call/${asker.step}/${computeSha256(`${asker.role}/${inputDigest}`)}`;
    const stored = await tools.store.get(key);
    if (stored !== null) return applyStoredCall(tools, stored);
    if (!tools.callOut) return findCallOfOtherStep(tools, inputDigest);
    if (!prompts.has(asker.promptDigest)) {
      await tools.store.putIfAbsent(formatPromptKey(asker.promptDigest), request.system);
      prompts.add(asker.promptDigest);
    }
    return pay(tools, asker, { key, inputDigest, request });
  };
}

/** Where a prompt's text is kept. */
export function formatPromptKey(digest: string): string {
  return `claude/prompt/${digest}`;
}

interface Ordered {
  readonly key: string;
  readonly inputDigest: string;
  readonly request: ModelRequest;
}

async function pay(tools: PaidTools, asker: Asker, ordered: Ordered): Promise<CallRecord> {
  const { budgets, clock, observer } = tools;
  const { key, inputDigest, request } = ordered;
  const price = findModelPrice(tools, request.model);
  const payer: Payer = {
    session: asker.session,
    businessUnit: asker.businessUnit,
    at: clock.now(),
  };
  const reservation = `${key}#${tools.writer}`;
  await budgets.reserve(payer, reservation, computeWorstCase(request, price));
  const completion = await completeRequest(tools, asker, request).catch(async (error: unknown) => {
    await budgets.settle(payer, reservation, { tokens: 0, nanos: 0 });
    throw error;
  });
  const record: CallRecord = {
    key,
    role: asker.role,
    session: asker.session,
    business_unit: asker.businessUnit,
    step: asker.step,
    model: completion.model === "" ? request.model : completion.model,
    prompt_digest: asker.promptDigest,
    input_digest: inputDigest,
    asked: request.turns.at(-1) ?? { role: "user", content: [] },
    completion: redactValue(completion, tools.secrets),
    cost_nanos: computeCost(completion.usage, price),
    ms: clock.now() - payer.at,
    reserved_at: payer.at,
    reservation,
  };
  const kept = await storeCall(tools, record);
  await budgets.settle(payer, reservation, computeCallAmount(record));
  const { role, model, cost_nanos: nanos, ms } = record;
  observer.answered({ role, model, usage: completion.usage, costUsd: toUsd(nanos), ms });
  return kept;
}

function completeRequest(
  tools: PaidTools,
  asker: Asker,
  request: ModelRequest,
): Promise<Completion> {
  const { signal, session } = asker;
  return tools.model.complete(request, {
    signal,
    timeoutMs: tools.attemptMs,
    conversation: session,
  });
}

/** Stores an answer; one that cannot be stored is used all the same, as it is paid for. */
async function storeCall(tools: PaidTools, record: CallRecord): Promise<CallRecord> {
  try {
    const kept = await tools.store.putIfAbsent(record.key, JSON.stringify(record));
    await tools.store.putIfAbsent(formatInputKey(record.input_digest), record.key);
    return JSON.parse(kept) as CallRecord;
  } catch {
    return record;
  }
}

/** An answer met again: whoever paid may have died before booking it. */
async function applyStoredCall(tools: PaidTools, text: string): Promise<CallRecord> {
  const record = JSON.parse(text) as CallRecord;
  const { session, business_unit: businessUnit, reserved_at: at } = record;
  if (tools.callOut) {
    await tools.budgets.settle(
      { session, businessUnit, at },
      record.reservation,
      computeCallAmount(record),
    );
  }
  tools.observer.answeredFromStore({ role: record.role, model: record.model });
  return record;
}

/** A stored answer to the same request of another step; it costs nothing here. */
async function findCallOfOtherStep(tools: PaidTools, inputDigest: string): Promise<CallRecord> {
  const key = await tools.store.get(formatInputKey(inputDigest));
  const text = key === null ? null : await tools.store.get(key);
  if (text === null) {
    const message = "nothing may be sent here and no stored answer fits";
    throw new MmmError("reasoner_failed", message, { data: { offline: true } });
  }
  const record = JSON.parse(text) as CallRecord;
  tools.observer.answeredFromStore({ role: record.role, model: record.model });
  const completion = { ...record.completion, usage: NO_USAGE };
  return { ...record, completion, cost_nanos: 0 };
}

function formatInputKey(digest: string): string {
  return `claude/input/${digest}`;
}

function computeCallAmount(record: CallRecord): Amount {
  return { tokens: countTokens(record.completion.usage), nanos: record.cost_nanos };
}

function findModelPrice(tools: PaidTools, model: string): Price {
  const price = tools.prices[model];
  if (price !== undefined) return price;
  throw new MmmError("settings_invalid", `agents.claude.prices: no price for ${model}; add it`);
}
