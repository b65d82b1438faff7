/**
 * The guard's verdict on one proposal: rules, then effective-model signature, then semantics.
 *
 * I1. A layer runs only when all before it cleared; nothing lifts a refusal.
 * I2. Fail-closed: whatever goes wrong in here is a veto of layer "system".
 * I3. The same input gives the same verdict; there is no clock, no chance and no memory.
 * I4. A cleared configuration is the last accepted one with tunable numbers set, nothing else.
 */
import { computeSha256 } from "../schemas/canonical.ts";
import { describeError } from "../schemas/errors.ts";
import type { Constraint, Violation } from "../schemas/parts.ts";
import { computeContentDigest } from "./proposal/content.ts";
import { type Pinned, formatTunedConfig } from "./rules/pinned.ts";
import { computePinnedSignature } from "./rules/prepared.ts";
import { type ProposalReading, readProposal } from "./proposal/proposal.ts";
import { type RulesResult, judgeRules } from "./rules/rules.ts";
import { type SemanticJudge, askJudges } from "./words/judges.ts";
import { judgeSignature } from "./signature/rules.ts";
import {
  type ModelSignature,
  type ObservedExposure,
  computeSignature,
} from "./signature/signature.ts";
import type { Specification } from "./specification/specification.ts";
import type { Layer, LayerVerdict, Verdict, VetoedVerdict } from "./verdict.ts";
import { createViolation } from "./violation.ts";

export interface JudgeInput {
  /** The proposal's text as it came. */
  readonly raw: string;
  /** Reasoning that came beside the text; judged together with the one inside it. */
  readonly reasoning?: string;
  /** The last accepted configuration; for the baseline's own proposal, the baseline. */
  readonly base: Pinned;
  readonly baseline: Pinned;
  readonly constraints: readonly Constraint[];
  readonly spec: Specification;
  /** What the data showed of exposure, where it is known. */
  readonly observed?: ObservedExposure | null;
}

/** The verdict of rules and signature alone; never throws. */
export function judgeStructure(input: JudgeInput): Verdict {
  try {
    return checkStructure(input).verdict;
  } catch (error) {
    return createFailureVeto(input, error);
  }
}

/** The verdict of all layers; never rejects. */
export async function judge(input: JudgeInput, judges: readonly SemanticJudge[]): Promise<Verdict> {
  try {
    const { verdict, reasoning } = checkStructure(input);
    if (verdict.verdict === "vetoed") return verdict;
    const opinion = await askJudges(judges, { raw: input.raw, reasoning });
    const layers = [
      ...verdict.layers.filter(({ layer }) => layer !== "semantics"),
      { layer: "semantics", verdict: opinion.verdict, detail: opinion.detail } as LayerVerdict,
    ];
    if (opinion.verdict === "cleared") return { ...verdict, layers };
    return createVeto({ ...verdict, layers }, "semantics", opinion.violations);
  } catch (error) {
    return createFailureVeto(input, error);
  }
}

type Common = Pick<Verdict, "specDigest" | "contentDigest" | "baseDigest" | "layers">;

function createVeto(common: Common, layer: Layer, violations: readonly Violation[]): VetoedVerdict {
  return {
    verdict: "vetoed",
    layer,
    violations,
    config: null,
    configDigest: null,
    methodologyDigest: null,
    changes: [],
    specDigest: common.specDigest,
    contentDigest: common.contentDigest,
    baseDigest: common.baseDigest,
    layers: common.layers,
  };
}

function checkStructure(input: JudgeInput): { verdict: Verdict; reasoning: string } {
  const { base, baseline, spec, raw } = input;
  const reading = readProposal(raw);
  const reasoning = [reading.reasoning, input.reasoning ?? ""]
    .filter((text) => text !== "")
    .join("\n");
  const digests = {
    specDigest: spec.digest,
    contentDigest: computeContentDigest(raw, reading.json),
    baseDigest: base.digest,
  };
  const rules = applyRules(input, reading, reasoning);
  if (rules.config === null) {
    const layers = listLayerVerdicts("rules", `violations: ${rules.violations.length}`);
    return { verdict: createVeto({ ...digests, layers }, "rules", rules.violations), reasoning };
  }
  const observed = input.observed ?? null;
  const signature = computeSignature(rules.config, observed);
  const found = judgeSignature(signature, computePinnedSignature(baseline, observed), spec);
  if (found.length > 0) {
    const layers = listLayerVerdicts("signature", describeSignature(signature));
    return { verdict: createVeto({ ...digests, layers }, "signature", found), reasoning };
  }
  const config = rules.changes.length === 0 ? base.text : formatTunedConfig(base, rules.config);
  const verdict: Verdict = {
    verdict: "cleared",
    layer: null,
    violations: [],
    config,
    configDigest: computeSha256(config),
    methodologyDigest: base.methodologyDigest,
    changes: rules.changes,
    ...digests,
    layers: [
      { layer: "rules", verdict: "cleared", detail: `${rules.changes.length} numbers changed` },
      { layer: "signature", verdict: "cleared", detail: describeSignature(signature) },
      { layer: "semantics", verdict: "skipped", detail: "not asked" },
    ],
  };
  return { verdict, reasoning };
}

function applyRules(input: JudgeInput, reading: ProposalReading, reasoning: string): RulesResult {
  const { spec, base, baseline, constraints } = input;
  const longest = spec.text.reasoning_characters_max;
  const tooLong =
    reasoning.length <= longest
      ? []
      : [
          createViolation(
            "reasoning_too_long",
            "reasoning",
            `The reasoning has ${reasoning.length} characters; at most ${longest} are read`,
          ),
        ];
  const violations = [...reading.violations, ...tooLong];
  if (reading.proposal === null || violations.length > 0) {
    return { violations, config: null, changes: [] };
  }
  return judgeRules({ proposal: reading.proposal, base, baseline, constraints, spec });
}

function listLayerVerdicts(refusing: "rules" | "signature", detail: string): LayerVerdict[] {
  const skipped = (layer: Layer): LayerVerdict => ({
    layer,
    verdict: "skipped",
    detail: "an earlier layer refused",
  });
  const own: LayerVerdict = { layer: refusing, verdict: "vetoed", detail };
  if (refusing === "rules") return [own, skipped("signature"), skipped("semantics")];
  return [{ layer: "rules", verdict: "cleared", detail: "in range" }, own, skipped("semantics")];
}

function describeSignature(signature: ModelSignature): string {
  const share = (value: number): string => `${(100 * value).toPrecision(3)} %`;
  return [
    `carryover ${share(signature.carryoverMean)}`,
    `curvature ${share(signature.curvatureMean)}`,
    `shrinkage ${share(signature.shrinkageShare)}`,
  ].join(", ");
}

function createFailureVeto(input: JudgeInput, error: unknown): VetoedVerdict {
  const raw = typeof input.raw === "string" ? input.raw : "";
  const message = `The guard could not judge this: ${describeError(error)}`;
  const common: Common = {
    specDigest: input.spec?.digest ?? "",
    contentDigest: computeSha256(raw.toWellFormed()),
    baseDigest: input.base?.digest ?? "",
    layers: [{ layer: "system", verdict: "vetoed", detail: describeError(error) }],
  };
  return createVeto(common, "system", [createViolation("guard_failed", "", message)]);
}
