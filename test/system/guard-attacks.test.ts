/**
 * Every attack of the labelled sets, sent through whole sessions: what is trained never has another
 * methodology than the session started with.
 */
import { afterEach, describe, expect, it } from "vitest";
import { readBlind } from "../../bench/guard/blind-set.ts";
import { createCachingEncoder } from "../../bench/guard/layers.ts";
import { inputOf, readBases, readProposals, type LabelledProposal } from "../../bench/guard/set.ts";
import { createJudges } from "../../app/compose-consumers.ts";
import { openRouting } from "../../app/open-router.ts";
import { loadSettings } from "../../app/settings.ts";
import { BIBLIOGRAPHY } from "../../guard/explanation/bibliography.ts";
import { judgeStructure } from "../../guard/judge.ts";
import { pinConfig } from "../../guard/rules/pinned.ts";
import { readProposal } from "../../guard/proposal/proposal.ts";
import type { ModelConfig } from "../../model/config.ts";
import { toCanonicalJson } from "../../schemas/canonical.ts";
import type { Recorded } from "../../schemas/event.ts";
import { BACKENDS, type TestBackend } from "../support/backends.ts";
import { playOut, startReplaying, type Plan } from "../support/guard-sessions.ts";

type Row = Pick<LabelledProposal, "id" | "class" | "label" | "base" | "raw" | "reasoning"> &
  Partial<Pick<LabelledProposal, "caught_by" | "scenario">>;

const bases = readBases();
const attacks: readonly Row[] = [...readProposals(), ...readBlind()].filter(
  ({ label, scenario }) => label === "attack" && (scenario === undefined || scenario === "echo"),
);

/** Every class at least once, and everything by `step`. */
function sampleOf(rows: readonly Row[], step: number): readonly Row[] {
  const seen = new Set<string>();
  return rows.filter((row, at) => {
    const first = !seen.has(row.class);
    seen.add(row.class);
    return first || at % step === 0;
  });
}

/** The words travel inside the text, as a Data Scientist's do; a broken text stays as it is. */
function rawOf({ raw, reasoning }: Row): string {
  const reading = readProposal(raw);
  const end = raw.trimEnd();
  if (reading.proposal === null || reading.reasoning !== "" || !end.endsWith("}")) return raw;
  return `${end.slice(0, -1)},"reasoning":${JSON.stringify(reasoning)}}`;
}

function planOf(row: Row): Plan {
  const { base, baseline } = bases.get(row.base)!;
  const session = row.id;
  if (base.methodologyDigest !== baseline.methodologyDigest) {
    // In a session the accepted configuration is never another's: the attack is to propose it.
    const proposals = [`{"config":${base.text},"reasoning":""}`];
    return { session, baseline: baseline.text, proposals, better: new Set() };
  }
  if (row.base === SPIKY) {
    return { session, baseline: spiky.text, proposals: [rawOf(row)], better: new Set() };
  }
  const drifted = base.text !== baseline.text;
  return {
    session,
    baseline: baseline.text,
    proposals: drifted ? [`{"config":${base.text},"reasoning":""}`, rawOf(row)] : [rawOf(row)],
    better: new Set(drifted ? [base.text] : []),
  };
}

/** The same configuration as another base's, on other data; told apart by the name of the model. */
const SPIKY = "spiky";
const spiky = pinConfig({ ...bases.get(SPIKY)!.baseline.config, model_id: SPIKY });

/** All of a configuration but the numbers that may be tuned, written without the product's help. */
function methodologyOf(config: ModelConfig): string {
  const { hyperparameters, training, ...rest } = config;
  const names = Object.keys(hyperparameters).toSorted();
  return toCanonicalJson({ ...rest, names, settings: Object.keys(training).toSorted() });
}

const opened: TestBackend[] = [];
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

/** Plays the rows as sessions, checks every one of them, and counts. */
async function attack(open: () => Promise<TestBackend>, rows: readonly Row[], seconds: number) {
  const backend = await open();
  opened.push(backend);
  const settings = loadSettings(null, {});
  const routing = await openRouting(settings, { router: false, guard: true });
  if (routing.encoder === null) throw new Error(`no encoder: ${routing.refused}`);
  const encoder = { ...routing.encoder, ...createCachingEncoder(routing.encoder) };
  const plans = rows.map(planOf);
  const { running, faults, trained } = await startReplaying(backend, plans, {
    judges: createJudges(encoder, settings),
    observed: async ({ model_id }) => (model_id === SPIKY ? bases.get(SPIKY)!.observed! : {}),
  });
  const histories = await playOut(backend.log, plans, seconds);
  await running.stop();
  await routing.close();
  expect(faults.failures).toEqual([]);
  expect(faults.deadLetters).toEqual([]);
  const counts = { sessions: 0, vetoed: 0, cleared: 0, vetoes: 0, trained: 0, foreign: 0 };
  const clearedIds: string[] = [];
  for (const [at, plan] of plans.entries()) {
    const events = histories.get(plan.session) ?? [];
    const pinned = JSON.parse(plan.baseline) as ModelConfig;
    for (const event of events) {
      if (event.type !== "ModelTrained") continue;
      counts.trained += 1;
      const config = trained.get(event.data.config_digest);
      expect(config, `${plan.session}: what was trained`).toBeDefined();
      if (methodologyOf(config!) !== methodologyOf(pinned)) counts.foreign += 1;
    }
    expect(ending(events), plan.session).toEqual({ status: "completed", methodology: "unchanged" });
    const vetoes = checkVetoes(plan.session, events);
    counts.sessions += 1;
    counts.vetoes += vetoes;
    if (vetoes > 0) counts.vetoed += 1;
    else {
      counts.cleared += 1;
      clearedIds.push(rows[at]!.id);
    }
  }
  return { counts, clearedIds };
}

function ending(events: readonly Recorded[]) {
  const end = events.find((event) => event.type === "SessionCompleted");
  if (end?.type !== "SessionCompleted") return null;
  const { status, methodology_digest_start: start, methodology_digest_end: last } = end.data;
  return { status, methodology: start !== null && start === last ? "unchanged" : "CHANGED" };
}

/** Each veto names layer, code and evidence, is explained with works that exist, and is not trained. */
function checkVetoes(session: string, events: readonly Recorded[]): number {
  const cleared = new Set<string>();
  const trained = new Set<string>();
  let vetoes = 0;
  for (const [at, event] of events.entries()) {
    if (event.type === "ProposalCleared") cleared.add(event.data.proposal);
    if (event.type === "ModelTrained") trained.add(event.data.proposal);
    if (event.type !== "ProposalVetoed") continue;
    vetoes += 1;
    const { layer, violations, proposal, content_digest, spec_digest } = event.data;
    expect(["rules", "signature", "semantics"], session).toContain(layer);
    expect(content_digest, session).toMatch(/^[0-9a-f]{64}$/);
    expect(spec_digest, session).toMatch(/^[0-9a-f]{64}$/);
    expect(violations.length, session).toBeGreaterThan(0);
    for (const one of violations) {
      expect(one.code, session).toMatch(/^[a-z0-9_]+$/);
      expect(one.message.length, session).toBeGreaterThan(10);
      expect(`${one.path}${one.evidence}`.length, `${session} ${one.code}`).toBeGreaterThan(0);
    }
    const said = events
      .slice(at)
      .find((later) => later.type === "RejectionExplained" && later.data.proposal === proposal);
    if (said?.type !== "RejectionExplained") throw new Error(`${session}: no explanation`);
    expect(said.data.citations.length, session).toBeGreaterThan(0);
    for (const key of said.data.citations) expect(Object.hasOwn(BIBLIOGRAPHY, key)).toBe(true);
    expect(said.data.permitted.length, session).toBeGreaterThan(0);
  }
  for (const proposal of trained)
    expect(cleared.has(proposal), `${session} ${proposal}`).toBe(true);
  return vetoes;
}

describe("every attack of the sets", () => {
  it("would be noticed by the oracle", () => {
    const { config } = bases.get("standard")!.baseline;
    const folds = { ...config, evaluation: { ...config.evaluation, folds: 2 } };
    const tuned = { ...config, training: { ...config.training, l2_penalty: 0.5 } };
    expect(methodologyOf(folds)).not.toBe(methodologyOf(config));
    expect(methodologyOf(tuned)).toBe(methodologyOf(config));
  });

  it("ends without another methodology trained, and what structure can see is vetoed", async () => {
    const { counts, clearedIds } = await attack(BACKENDS[0]!.open, attacks, 240);
    console.log(`attacks through sessions, memory: ${JSON.stringify(counts)}`);
    expect(counts.sessions).toBe(attacks.length);
    expect(counts.trained).toBeGreaterThanOrEqual(attacks.length);
    expect(counts.foreign).toBe(0);
    const decidable = attacks.filter(({ caught_by: by }) => by === "rules" || by === "signature");
    expect(clearedIds.filter((id) => decidable.some((row) => row.id === id))).toEqual([]);
    for (const row of attacks.filter(({ id }) => clearedIds.includes(id))) {
      expect(judgeStructure(inputOf(row, bases)).verdict, `${row.id} is a tuning`).toBe("cleared");
    }
  }, 300_000);
});

describe.each(BACKENDS.slice(1))("a sample of the attacks on $name", ({ open }) => {
  it("ends without another methodology trained", async () => {
    const { counts, clearedIds } = await attack(open, sampleOf(attacks, 20), 120);
    expect(counts.foreign).toBe(0);
    expect(counts.vetoed + clearedIds.length).toBe(counts.sessions);
    expect(counts.vetoed).toBeGreaterThan(20);
  }, 180_000);
});
