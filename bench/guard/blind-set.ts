/**
 * The blind proposals: written by somebody who had not read the judges, and not to be tuned to.
 *
 * I1. Only bench/guard/blind.ts and tests that print no text read them.
 */
import { readFileSync } from "node:fs";
import type { LabelledProposal } from "./set.ts";

export interface BlindProposal extends Omit<LabelledProposal, "split"> {
  readonly split: "blind";
  /** Said plainly, in ordinary business prose, or obliquely. */
  readonly register: "plain" | "business" | "oblique";
}

export const BLIND_FILE = new URL("../../guard/data/proposals-blind.jsonl", import.meta.url);

export function readBlind(): BlindProposal[] {
  return readFileSync(BLIND_FILE, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as BlindProposal);
}
