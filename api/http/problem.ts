/**
 * Failures as RFC 9457 problem documents.
 *
 * I1. Every code of the product has one HTTP status here; an error may narrow it (`data.http`).
 * I2. What is not one of the product's errors is `internal`, and its text stays inside.
 */
import { describeError, MmmError, type ErrorCode } from "../../schemas/errors.ts";

export const PROBLEM_TYPE = "application/problem+json";

const STATUS: Readonly<Record<ErrorCode, number>> = {
  usage: 400,
  vetoed: 422,
  config_invalid: 422,
  data_invalid: 422,
  settings_invalid: 500,
  output_unwritable: 500,
  state_locked: 503,
  state_damaged: 500,
  not_found: 404,
  conflict: 409,
  audit_broken: 422,
  session_failed: 409,
  session_aborted: 409,
  waiting_for_person: 409,
  unauthorized: 401,
  schema_mismatch: 500,
  event_invalid: 422,
  record_undecodable: 500,
  clearance_refused: 409,
  log_unavailable: 503,
  snapshot_unavailable: 503,
  fenced: 503,
  timeout: 504,
  overloaded: 503,
  trainer_failed: 500,
  reasoner_failed: 500,
  reasoner_unavailable: 503,
  budget_exhausted: 409,
  encoder_unavailable: 503,
  checkpoint_refused: 422,
  topics_mismatch: 500,
  drifted: 409,
  logic_unknown: 500,
  guard_unable: 503,
  not_plausible: 422,
  data_changed: 409,
  audit_unverified: 409,
  interrupted: 503,
  internal: 500,
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly instance?: string;
  readonly [more: string]: unknown;
}

/** HTTP status of anything thrown. */
export function getHttpStatus(error: unknown): number {
  if (!(error instanceof MmmError)) return 500;
  const narrowed = error.data["http"];
  return typeof narrowed === "number" ? narrowed : STATUS[error.code];
}

/** The problem document of anything thrown; `instance` names the request. */
export function createProblemFrom(error: unknown, instance: string): Problem {
  const status = getHttpStatus(error);
  if (!(error instanceof MmmError)) {
    return createProblemDocument(
      { status, code: "internal", detail: "an unexpected error", instance },
      {},
      false,
    );
  }
  const { http: _http, retry_after_s: _after, ...more } = error.data;
  const facts = { status, code: error.code, detail: describeError(error), instance };
  return createProblemDocument(facts, more, error.retriable || status === 429);
}

function createProblemDocument(
  facts: { status: number; code: ErrorCode; detail: string; instance: string },
  more: Record<string, unknown>,
  retriable: boolean,
): Problem {
  const { status, code, detail, instance } = facts;
  return {
    ...more,
    type: `urn:mmm-optimizer:error:${code}`,
    title: code.replaceAll("_", " "),
    status,
    detail,
    code,
    retriable,
    instance,
  };
}

/** Seconds after which a retry makes sense; null where the error names none. */
export function retryAfter(error: unknown): number | null {
  if (!(error instanceof MmmError)) return null;
  const seconds = error.data["retry_after_s"];
  if (typeof seconds === "number") return Math.max(1, Math.ceil(seconds));
  return getHttpStatus(error) === 503 ? 1 : null;
}
