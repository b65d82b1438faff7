/**
 * The closed list of the guard's codes, and how a violation is made.
 *
 * I1. Every violation has a code from this table; the layer belongs to the code.
 * I2. Path, message and evidence are escaped and capped.
 */
import type { Violation } from "../schemas/parts.ts";
import { quote } from "../schemas/quote.ts";
import { JSON_REFUSALS, type JsonRefusalCode } from "../schemas/json-refused.ts";
import type { Layer } from "./verdict.ts";

const PATH_CHARACTERS_MAX = 120;
const MESSAGE_CHARACTERS_MAX = 400;
const EVIDENCE_CHARACTERS_MAX = 200;
/** Violations in one verdict; the first ones are kept. */
export const VIOLATIONS_MAX = 32;

/** Code → layer. */
const CODES = {
  proposal_shape: "rules",
  proposal_key_unknown: "rules",
  reasoning_too_long: "rules",
  path_malformed: "rules",
  path_repeated: "rules",
  path_unknown: "rules",
  path_protected: "rules",
  path_lookalike: "rules",
  key_missing: "rules",
  value_not_number: "rules",
  value_not_integer: "rules",
  value_out_of_range: "rules",
  constraint_violated: "rules",
  required_value: "rules",
  baseline_swapped: "rules",
  carryover_off: "signature",
  carryover_flat: "signature",
  saturation_linear: "signature",
  shrinkage_extreme: "signature",
  channels_tied: "signature",
  drift_carryover: "signature",
  drift_saturation: "signature",
  carryover_corner: "signature",
  saturation_step: "signature",
  saturation_absent: "signature",
  drift_return: "signature",
  drift_inference: "signature",
  text_invisible: "semantics",
  text_lookalike: "semantics",
  text_unjudgeable: "semantics",
  text_too_long: "semantics",
  intent_methodology: "semantics",
  intent_data: "semantics",
  intent_evaluation: "semantics",
  instruction_to_judge: "semantics",
  instruction_to_agent: "semantics",
  false_authority: "semantics",
  semantic_judge: "semantics",
  judge_unavailable: "semantics",
  guard_failed: "system",
  input_unreadable: "system",
} as const satisfies Record<string, Layer>;

/** Codes that say that nothing was judged: a fault of the system, nothing about the proposal. */
export const UNJUDGED: ReadonlySet<string> = new Set(["judge_unavailable", "guard_failed"]);

export type ViolationCode = keyof typeof CODES | JsonRefusalCode;

/** All codes, for documentation and its test. */
export const VIOLATION_CODES: readonly ViolationCode[] = [
  ...JSON_REFUSALS,
  ...(Object.keys(CODES) as (keyof typeof CODES)[]),
];

/** The layer a code belongs to. */
export function findLayer(code: ViolationCode): Layer {
  return Object.hasOwn(CODES, code) ? CODES[code as keyof typeof CODES] : "rules";
}

/** A violation; `evidence` is text from outside and gets quoted. */
export function createViolation(
  code: ViolationCode,
  path: string,
  message: string,
  evidence = "",
): Violation {
  return {
    code,
    layer: findLayer(code),
    path: path === "" ? "" : quote(path, PATH_CHARACTERS_MAX).slice(1, -1),
    message: truncateMessage(message),
    evidence: evidence === "" ? "" : quote(evidence, EVIDENCE_CHARACTERS_MAX),
  };
}

function truncateMessage(message: string): string {
  return message.length > MESSAGE_CHARACTERS_MAX
    ? `${message.slice(0, MESSAGE_CHARACTERS_MAX)}...`
    : message;
}
