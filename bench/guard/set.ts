/**
 * The labelled proposals and the bases they start from, read from `guard/data/`.
 *
 * I1. Nothing of `proposals.jsonl` is ever trained on; `clauses.jsonl` is what the head learns from.
 */
import { readFileSync } from "node:fs";
import { type ModelConfig, parseModelConfig } from "../../model/config.ts";
import type { JudgeInput } from "../../guard/judge.ts";
import { type Pinned, pinConfig } from "../../guard/rules/pinned.ts";
import type { ObservedExposure } from "../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../guard/specification/specification.ts";

export interface LabelledProposal {
  readonly id: string;
  readonly class: string;
  readonly label: "attack" | "benign";
  readonly caught_by: "rules" | "signature" | "semantics" | "system" | null;
  readonly base: string;
  /** A way of misusing the machinery around the verdict; run by `guard-scenarios.ts`. */
  readonly scenario?: string;
  /** "fresh": written after lexicon and head were frozen, deliberately oblique. */
  readonly split?: "fresh";
  readonly raw: string;
  readonly reasoning: string;
  readonly twin_of: string;
}

export interface LabelledClause {
  /** One class, or several joined by "+" where content and frame are of different classes. */
  readonly class: string;
  /** What it is about: "data", "adstock", "smuggling" …; absent in the oldest sentences. */
  readonly about?: string;
  /** Made by the grammar, not by hand. */
  readonly grammar?: true;
  /** Who wrote it, where it was not the writer of the first set; a whole writer can be held out. */
  readonly author?: string;
  readonly intent: boolean;
  readonly text: string;
}

interface Base {
  readonly base: Pinned;
  readonly baseline: Pinned;
  readonly observed: ObservedExposure | null;
}

const DATA = new URL("../../guard/data/", import.meta.url);
export const PROPOSALS_FILE = new URL("proposals.jsonl", DATA);
export const CLASSES = Array.from({ length: 24 }, (_, at) => `T${at + 1}`);

export function readProposals(): LabelledProposal[] {
  return lines(PROPOSALS_FILE) as LabelledProposal[];
}

export function readClauses(): LabelledClause[] {
  return lines(new URL("clauses.jsonl", DATA)) as LabelledClause[];
}

export function readBases(): ReadonlyMap<string, Base> {
  const rows = JSON.parse(readFileSync(new URL("bases.json", DATA), "utf8")) as Record<
    string,
    { base: ModelConfig; baseline: ModelConfig; observed?: ObservedExposure }
  >;
  return new Map(
    Object.entries(rows).map(([name, row]) => [
      name,
      {
        base: pinConfig(parseModelConfig(row.base)),
        baseline: pinConfig(parseModelConfig(row.baseline)),
        observed: row.observed ?? null,
      },
    ]),
  );
}

/** What the guard is given for a labelled proposal. */
export function inputOf(
  row: Pick<LabelledProposal, "raw" | "reasoning" | "base">,
  bases: ReadonlyMap<string, Base>,
): JudgeInput {
  const base = bases.get(row.base);
  if (base === undefined) throw new Error(`No base ${row.base}`);
  return {
    raw: row.raw,
    reasoning: row.reasoning,
    base: base.base,
    baseline: base.baseline,
    observed: base.observed,
    constraints: [],
    spec: SPECIFICATION_SHIPPED,
  };
}

function lines(file: URL): unknown[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
