/** Protects: a session takes no model whose returns the trainer did not sign for this very model. */
import { describe, expect, it } from "vitest";
import { createEffectsRecord } from "../../../consumers/effects-record.ts";
import { findSignatureFault } from "../../../consumers/coordinator/attachments.ts";
import { createKeyRing, deriveSigningKey } from "../../../guard/tokens/keys.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeMethodologyDigest } from "../../../guard/specification/tunables.ts";
import { estimateEffects } from "../../../model/effects.ts";
import type { EventData, Recorded } from "../../../schemas/event.ts";
import { createSessionState, type SessionState } from "../../../session/state.ts";
import { trained } from "../../support/agent-jobs.ts";
import { smallConfig, smallDataset } from "../../support/small-model.ts";
import { TEST_KEYS } from "../../support/system.ts";

const config = smallConfig();
const dataset = smallDataset();
const { summary } = estimateEffects(dataset, config);
const DATA = "d".repeat(64);

async function recorded(ring = TEST_KEYS.guard) {
  const tools = {
    estimate: async () => ({ summary, draws: null, evidence: null }),
    store: { memo: async () => null, remember: async (_key: string, value: string) => value },
    ring,
    specDigest: SPECIFICATION_SHIPPED.digest,
  };
  const loaded = { dataset, digest: DATA };
  const { signal } = new AbortController();
  return createEffectsRecord(tools)({ businessUnit: "unit", config, loaded, signal });
}

const own = await recorded();
const MODEL = trained(config, {
  data_digest: DATA,
  posterior: own.posterior,
  posterior_digest: own.digest,
  posterior_signature: own.signature,
});

function candidate(model: EventData<"ModelTrained"> | null) {
  return {
    proposal: "w0.1",
    config: "",
    config_digest: "",
    methodology_digest: computeMethodologyDigest(config),
    clearance: "",
    changes: [],
    trained: model,
  };
}

/** A session that waits for a model; with `baseline` it has trained its own before. */
function state(baseline: EventData<"ModelTrained"> | null = null): SessionState {
  return {
    ...createSessionState("s", "unit", "2026-01-01T00:00:00.000Z"),
    spec_digest: SPECIFICATION_SHIPPED.digest,
    work_item: { candidate: candidate(null) },
    baseline: baseline === null ? null : candidate(baseline),
  } as unknown as SessionState;
}

function fault(model: EventData<"ModelTrained">, session = state()): string | null {
  return findSignatureFault(TEST_KEYS, session, { type: "ModelTrained", data: model } as Recorded);
}

function withRoi(factor: number): EventData<"ModelTrained">["channels"] {
  return MODEL.channels.map((row, at) =>
    at === 0 && row.roi !== null ? { ...row, roi: row.roi * factor } : row,
  );
}

describe("a trained model", () => {
  it("counts with the trainer's signature, later ones by the baseline's posterior", () => {
    expect(fault(MODEL)).toBeNull();
    expect(fault({ ...MODEL, posterior: null }, state(MODEL))).toBeNull();
  });

  it.each([
    ["another return", { channels: withRoi(1.5) }, /returns are not those/],
    [
      "altered figures",
      { posterior: (MODEL.posterior ?? "").replace('"draws":1000', '"draws":9999') },
      /not the one of its digest/,
    ],
    ["other data", { data_digest: "e".repeat(64) }, /another data_digest/],
    ["no signature", { posterior_signature: null }, /no token/],
  ])("with %s is refused", (_name, more, reason) => {
    expect(fault({ ...MODEL, ...more })).toMatch(reason);
  });

  it("of another methodology or signed by a stranger is refused", async () => {
    const session = state();
    const other = { ...candidate(null), methodology_digest: "f".repeat(64) };
    const elsewhere = {
      ...session,
      work_item: { candidate: other },
    } as unknown as SessionState;
    expect(fault(MODEL, elsewhere)).toMatch(/another methodology_digest/);
    const stranger = await recorded(createKeyRing(deriveSigningKey(new Uint8Array(32).fill(9))));
    expect(fault({ ...MODEL, posterior_signature: stranger.signature })).toMatch(/no key/);
  });

  it("without a posterior is taken only where the baseline has none either", () => {
    const none = { posterior: null, posterior_digest: null, posterior_signature: null };
    expect(fault({ ...MODEL, ...none })).toBeNull();
    expect(fault({ ...MODEL, ...none }, state({ ...MODEL, ...none }))).toBeNull();
    expect(fault({ ...MODEL, ...none }, state(MODEL))).toMatch(/the baseline has one/);
  });
});
