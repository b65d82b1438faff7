/**
 * The closed list of reasons why a text is not accepted as JSON.
 *
 * I1. Each code is a veto of the rules layer; path and evidence are already escaped and capped.
 */
export const JSON_REFUSALS = [
  "json_not_text",
  "json_too_large",
  "json_too_deep",
  "json_bom",
  "json_comment",
  "json_syntax",
  "json_trailing_data",
  "json_duplicate_key",
  "json_prototype_key",
  "json_non_ascii_key",
  "json_key_too_long",
  "json_nul",
  "json_control_character",
  "json_lone_surrogate",
  "json_number_not_finite",
  "json_number_underflow",
  "json_number_unrepresentable",
  "json_number_negative_zero",
  "json_number_too_long",
] as const;

export type JsonRefusalCode = (typeof JSON_REFUSALS)[number];

/** Why a text is not accepted, and where. */
export class JsonRefused extends Error {
  override readonly name = "JsonRefused";
  readonly code: JsonRefusalCode;
  /** Keys and indices on the way to the fault, joined by dots; escaped. */
  readonly path: string;
  /** Escaped, length-capped piece of the text. */
  readonly evidence: string;

  constructor(code: JsonRefusalCode, message: string, where: { path: string; evidence: string }) {
    super(message);
    this.code = code;
    this.path = where.path;
    this.evidence = where.evidence;
  }
}
