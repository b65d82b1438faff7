import { type ModelConfig, parseModelConfig } from "../../model/config.ts";
import { type JudgeInput, judgeStructure } from "../../guard/judge.ts";
import { type Pinned, pinConfig } from "../../guard/rules/pinned.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";
import type { Verdict } from "../../guard/verdict.ts";

const MEDIA = [
  ["tv", "tv", 0.55],
  ["ooh", "ooh", 0.35],
  ["social", "social", 0.2],
  ["display", "display", 0.2],
  ["search", "search", 0.1],
] as const;

/** A five-channel weekly model; `more` replaces top-level members. */
export function modelConfig(more: Record<string, unknown> = {}): ModelConfig {
  return parseModelConfig({
    model_id: "retail",
    data: { path: "weekly.csv", date: "week", target: "revenue", controls: ["price"] },
    channels: MEDIA.map(([name, media_type]) => ({ name, spend: `${name}_spend`, media_type })),
    hyperparameters: Object.fromEntries(
      MEDIA.map(([name, , decay]) => [name, { decay, alpha: 1.1, gamma: 0.5 }]),
    ),
    ...more,
  });
}

export const BASE: Pinned = pinConfig(modelConfig());

export function judgeInput(raw: string, more: Partial<JudgeInput> = {}): JudgeInput {
  return {
    raw,
    base: BASE,
    baseline: more.base ?? BASE,
    constraints: [],
    spec: SPECIFICATION_SHIPPED,
    ...more,
  };
}

export function changesText(...changes: readonly (readonly [path: string, to: unknown])[]): string {
  return JSON.stringify({ changes: changes.map(([path, to]) => ({ path, to })) });
}

/** The verdict of rules and signature on a proposal's text. */
export function structureOf(raw: string, more: Partial<JudgeInput> = {}): Verdict {
  return judgeStructure(judgeInput(raw, more));
}

export function codesOf(verdict: Verdict): string[] {
  return verdict.violations.map(({ code }) => code);
}
