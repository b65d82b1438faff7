/**
 * The closed set of faults the MMM engine can raise.
 *
 * Owns: the codes, and the one error class. Not: findings (things a model can live with, see
 * `findings.ts`), and exit codes (the command line maps these codes to its own).
 *
 * 1. Every fault raised on purpose in `model/` is a `ModelError` with one of these codes.
 * 2. The message says what is wrong, where (column, line, field) and what to do, in one line.
 * 3. Never retriable: the same input always fails the same way.
 */

export const MODEL_ERROR_CODES = [
  "config_invalid",
  "csv_malformed",
  "column_missing",
  "value_missing",
  "value_not_numeric",
  "value_negative",
  "date_invalid",
  "date_duplicate",
  "date_unsorted",
  "date_gap",
  "geo_unbalanced",
  "rows_too_few",
  "rows_too_many",
  "target_constant",
  "parameters_invalid",
  "bounds_invalid",
  "allocation_infeasible",
  "monitor_data_mismatch",
  "simulation_invalid",
] as const;

export type ModelErrorCode = (typeof MODEL_ERROR_CODES)[number];

export type ModelErrorData = Readonly<Record<string, string | number | boolean | null>>;

export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  readonly data: ModelErrorData;
  readonly retriable = false;

  constructor(code: ModelErrorCode, message: string, data: ModelErrorData = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}
