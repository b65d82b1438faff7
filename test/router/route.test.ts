import { describe, expect, it } from "vitest";
import { createEncoderUnavailable } from "../../router/encoder/weights.ts";
import type { Classification, Rejection } from "../../router/classifier/head.ts";
import { chooseRole } from "../../router/route.ts";
import type { RouterModel, Unjudged } from "../../router/classifier/router-model.ts";
import { ROLES, type Role } from "../../schemas/parts.ts";
import { mayTake } from "../../session/authority.ts";

interface Says {
  readonly label?: string;
  readonly confidence?: number;
  readonly rejected?: Rejection | null;
  readonly unjudged?: Unjudged;
  readonly scores?: Partial<Record<string, number>>;
}

/** A model that says one thing of every text. */
function saying(says: Says): RouterModel {
  const { label = "data_scientist", confidence = 0.9 } = says;
  const classification: Classification = {
    label,
    confidence,
    scores: { [label]: confidence, ...says.scores } as Record<string, number>,
    familiarity: 0.8,
    neighbours: [],
    rejected: says.rejected ?? null,
  };
  return {
    digest: "m".repeat(64),
    confidenceThreshold: 0.66123,
    judge: async () =>
      says.unjudged === undefined
        ? { unjudged: null, language: "en", classification }
        : { unjudged: says.unjudged, language: "de", classification: null },
  };
}

const failing: RouterModel = {
  digest: "m".repeat(64),
  confidenceThreshold: 0.6,
  judge: async () => {
    throw createEncoderUnavailable("runtime_failed", "the encoder died");
  },
};

const seed = (role: Role, kind: string) =>
  (kind === "tune" || kind === "free_text") && mayTake(role, kind);

function request(text: string, more: { kind?: string; pinned?: Role; excluded?: Role[] } = {}) {
  return {
    kind: more.kind ?? "free_text",
    text,
    pinned: more.pinned ?? null,
    excluded: more.excluded ?? [],
  };
}

const TUNE = "Tune the decay of TV from 0.8 to 0.6";
const VAGUE = "What about it?";

describe("chooseRole", () => {
  it("follows a pin before anything else", async () => {
    const route = await chooseRole(request(VAGUE, { pinned: "business_analyst" }), {
      mayTake: seed,
      model: saying({}),
    });
    expect(route).toMatchObject({ role: "business_analyst", source: "pinned", model_digest: null });
    expect(route.alternatives).not.toContain("business_analyst");
  });

  it("does not follow a pin to a role without authority", async () => {
    const route = await chooseRole(request(TUNE, { kind: "tune", pinned: "stakeholder" }), {
      mayTake: seed,
      model: saying({}),
    });
    expect(route).toMatchObject({ role: "data_scientist", source: "model" });
  });

  it("takes the model's word when it is sure, and says so", async () => {
    const model = saying({ label: "stakeholder", confidence: 0.91239 });
    const route = await chooseRole(request(VAGUE), { mayTake: seed, model });
    expect(route).toMatchObject({
      role: "stakeholder",
      source: "model",
      confidence: 0.912,
      threshold: 0.661,
      model_digest: model.digest,
    });
    expect(route.scores).toHaveLength(4);
  });

  it("orders the alternatives by score", async () => {
    const model = saying({
      scores: { business_analyst: 0.01, stakeholder: 0.03, research_persona: 0.06 },
    });
    const route = await chooseRole(request(VAGUE), { mayTake: seed, model });
    expect(route.alternatives).toEqual(["research_persona", "stakeholder", "business_analyst"]);
  });

  it.each<Says>([
    { rejected: "low_confidence", label: "stakeholder" },
    { rejected: "unfamiliar", label: "stakeholder" },
    { unjudged: "unknown_language" },
    { unjudged: "too_long" },
  ])("asks the rules when the model says %j", async (says) => {
    const route = await chooseRole(request(TUNE), { mayTake: seed, model: saying(says) });
    expect(route).toMatchObject({ role: "data_scientist", source: "rules", model_digest: null });
    expect(route.reason).toMatch(/model/);
  });

  it.each([
    ["there is no model", null],
    ["the model fails", failing],
  ])("asks the rules when %s", async (_, model) => {
    const route = await chooseRole(request(TUNE), { mayTake: seed, model });
    expect(route).toMatchObject({ role: "data_scientist", source: "rules" });
  });

  it("asks a person when neither is sure", async () => {
    const model = saying({ rejected: "low_confidence" });
    const route = await chooseRole(request(VAGUE), { mayTake: seed, model });
    expect(route).toMatchObject({ role: null, source: "person" });
  });

  it("asks a person, not the rules, when the model is sure that nobody is meant", async () => {
    const model = saying({ label: "out_of_scope", rejected: "reject_label" });
    const route = await chooseRole(request(TUNE), { mayTake: seed, model });
    expect(route).toMatchObject({ role: null, source: "person" });
  });

  it("never chooses a role without authority, however sure the model is", async () => {
    const model = saying({ label: "stakeholder", confidence: 0.999 });
    const route = await chooseRole(request(TUNE, { kind: "tune" }), { mayTake: seed, model });
    expect(route).toMatchObject({ role: null, source: "person" });
    expect(route.alternatives).toEqual(["data_scientist", "business_analyst"]);
  });

  it("gives work of an unknown kind to a person", async () => {
    const route = await chooseRole(request(TUNE, { kind: "other" }), {
      mayTake: seed,
      model: saying({}),
    });
    expect(route).toMatchObject({ role: null, alternatives: [] });
  });

  it("goes to the next best when the winner is excluded", async () => {
    const model = saying({ scores: { business_analyst: 0.02, research_persona: 0.05 } });
    const route = await chooseRole(request(TUNE, { excluded: ["data_scientist"] }), {
      mayTake: seed,
      model,
    });
    expect(route).toMatchObject({ role: "research_persona", source: "model" });
    expect(route.alternatives).toEqual(["business_analyst", "stakeholder"]);
  });

  it.each([[""], ["\u0000\u0001"], ["👍🏽"], [`${"x".repeat(999_999)} `]])(
    "settles for a text nobody can read (%#)",
    async (text) => {
      const route = await chooseRole(request(text), { mayTake: seed, model: null });
      expect(route).toMatchObject({ role: null, source: "person" });
      expect(route.scores.map(({ role }) => role)).toEqual([...ROLES]);
    },
  );
});
