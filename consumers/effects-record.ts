/**
 * The effects of a methodology and its data, estimated once and remembered under their digests.
 *
 * Owns: the key, the text that is published, its signature, the store's entry. Not: how effects are
 * estimated (`posterior-thread.ts`), who may ask (the trainer, behind a clearance).
 *
 * I1. The key names business unit, methodology, data and specification: tunable numbers, sessions and
 *     seeds are not part of it, so none of them can ask for another estimate.
 * I2. An entry counts only with the trainer's signature over exactly its figures for exactly this
 *     methodology, data and specification; any other is as good as none.
 * I3. A store that fails is a store that remembers nothing. First writer wins; equal jobs have equal
 *     figures.
 */
import { deflateRawSync } from "node:zlib";
import { z } from "zod";
import { signEffects, verifyEffects, type SignedEffects } from "../guard/effects-token.ts";
import type { KeyRing } from "../guard/tokens/keys.ts";
import { computeMethodologyDigest } from "../guard/specification/tunables.ts";
import type { ModelConfig } from "../model/config.ts";
import type { EffectSummary } from "../model/effect-summary.ts";
import { toCanonicalJson, computeDigest, computeSha256 } from "../schemas/canonical.ts";
import { EVIDENCE } from "../schemas/evidence.ts";
import type { LoadedData } from "../agents/data-source.ts";
import type { EffectsJob, EstimatedEffects } from "./posterior-thread.ts";
import { formatPosterior } from "./published-posterior.ts";

/** Changes whenever the code can give other figures for the same methodology and data. */
const EFFECTS_VERSION = 2;

/** The part of a snapshot store that a record needs; first writer wins. */
export interface EffectsStore {
  memo(key: string): Promise<string | null>;
  remember(key: string, value: string): Promise<string>;
}

export interface EffectsTools {
  readonly estimate: (job: EffectsJob, signal: AbortSignal) => Promise<EstimatedEffects>;
  readonly store: EffectsStore;
  /** Signs and verifies. */
  readonly ring: KeyRing;
  readonly specDigest: string;
}

/** What is published of a model's effects, ready for ModelTrained. */
export interface RecordedEffects {
  readonly summary: EffectSummary;
  /** Canonical JSON, `results.posterior`. */
  readonly posterior: string;
  readonly digest: string;
  readonly signature: string;
}

export interface EffectsQuestion {
  readonly businessUnit: string;
  readonly config: ModelConfig;
  readonly loaded: LoadedData;
  readonly signal: AbortSignal;
}

export type FindEffects = (question: EffectsQuestion) => Promise<RecordedEffects>;

const ENTRY = z.strictObject({
  summary: z.string(),
  evidence: EVIDENCE.nullable(),
  posterior: z.string(),
  signature: z.string(),
});

/** Estimates once per methodology, data and specification of a business unit. */
export function createEffectsRecord(tools: EffectsTools): FindEffects {
  const running = new Map<string, Promise<RecordedEffects>>();
  return (question) => {
    const key = keyOf(tools, question);
    const known = running.get(key);
    if (known !== undefined) return known;
    const answer = find(tools, question, key).finally(() => running.delete(key));
    running.set(key, answer);
    return answer;
  };
}

function keyOf({ specDigest }: EffectsTools, question: EffectsQuestion): string {
  const { businessUnit, config, loaded } = question;
  const digest = computeDigest({
    version: EFFECTS_VERSION,
    unit: businessUnit,
    methodology: computeMethodologyDigest(config),
    data: loaded.digest,
    spec: specDigest,
  });
  return `effects/${digest}`;
}

async function find(
  tools: EffectsTools,
  question: EffectsQuestion,
  key: string,
): Promise<RecordedEffects> {
  const { config, loaded, signal } = question;
  const about = {
    methodology_digest: computeMethodologyDigest(config),
    data_digest: loaded.digest,
    spec_digest: tools.specDigest,
  };
  const known = readEntry(tools, about, await quiet(tools.store.memo(key)));
  if (known !== null) return known;
  const estimated = await tools.estimate({ dataset: loaded.dataset, config }, signal);
  const { summary, draws, evidence } = estimated;
  if (draws !== null) await keepDraws(tools.store, summary, draws);
  const recorded = record(tools, about, estimated);
  const { posterior, signature } = recorded;
  const entry = { summary: toCanonicalJson(summary), evidence, posterior, signature };
  const text = toCanonicalJson(entry);
  return readEntry(tools, about, await quiet(tools.store.remember(key, text))) ?? recorded;
}

function record(
  { ring }: EffectsTools,
  about: Omit<SignedEffects, "posterior_digest">,
  { summary, evidence }: Pick<EstimatedEffects, "summary" | "evidence">,
): RecordedEffects {
  const posterior = formatPosterior(summary, evidence);
  const digest = computeSha256(posterior);
  const signature = signEffects({ ...about, posterior_digest: digest }, ring);
  return { summary, posterior, digest, signature };
}

/** The entry, if this trainer's key signed its figures for this very model. */
function readEntry(
  { ring }: EffectsTools,
  about: Omit<SignedEffects, "posterior_digest">,
  text: string | null,
): RecordedEffects | null {
  if (text === null) return null;
  try {
    const entry = ENTRY.parse(JSON.parse(text));
    const summary = JSON.parse(entry.summary) as EffectSummary;
    const posterior = formatPosterior(summary, entry.evidence);
    const digest = computeSha256(posterior);
    if (posterior !== entry.posterior) return null;
    verifyEffects(entry.signature, ring, { ...about, posterior_digest: digest });
    return { summary, posterior, digest, signature: entry.signature };
  } catch {
    return null;
  }
}

/** Draws by their digest, deflated: for plans, comparisons and export. */
async function keepDraws(
  store: EffectsStore,
  { draws_digest }: EffectSummary,
  draws: Uint8Array,
): Promise<void> {
  const text = deflateRawSync(draws).toString("base64");
  await quiet(store.remember(drawsKey(draws_digest ?? ""), text));
}

/** Where the store keeps draws of this digest: base64 of the deflated bytes. */
export function drawsKey(digest: string): string {
  return `draws/${digest}`;
}

async function quiet(answer: Promise<string | null>): Promise<string | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}
