/**
 * The closed set of failures that cross a folder's border, each with its exit code and whether a
 * second try can help.
 *
 * I1. Every error a person or a machine may see carries one of these codes.
 * I2. The message is one line: what is wrong, where, and what to do.
 * I3. `retriable` belongs to the code, never to the place that throws.
 */

interface ErrorRow {
  /** Exit code of the command line; stable. */
  readonly exit: number;
  readonly retriable: boolean;
}

/** One row per code; the command line's documented exit codes are exactly these. */
export const ERROR_CODES = {
  usage: { exit: 2, retriable: false },
  vetoed: { exit: 3, retriable: false },
  config_invalid: { exit: 4, retriable: false },
  data_invalid: { exit: 5, retriable: false },
  settings_invalid: { exit: 6, retriable: false },
  output_unwritable: { exit: 7, retriable: false },
  state_locked: { exit: 8, retriable: false },
  state_damaged: { exit: 9, retriable: false },
  not_found: { exit: 10, retriable: false },
  conflict: { exit: 11, retriable: false },
  audit_broken: { exit: 12, retriable: false },
  session_failed: { exit: 13, retriable: false },
  session_aborted: { exit: 14, retriable: false },
  waiting_for_person: { exit: 15, retriable: false },
  unauthorized: { exit: 16, retriable: false },
  schema_mismatch: { exit: 17, retriable: false },
  event_invalid: { exit: 18, retriable: false },
  record_undecodable: { exit: 19, retriable: false },
  clearance_refused: { exit: 20, retriable: false },
  log_unavailable: { exit: 21, retriable: true },
  snapshot_unavailable: { exit: 22, retriable: true },
  fenced: { exit: 23, retriable: true },
  timeout: { exit: 24, retriable: true },
  overloaded: { exit: 25, retriable: true },
  trainer_failed: { exit: 26, retriable: false },
  reasoner_failed: { exit: 27, retriable: false },
  reasoner_unavailable: { exit: 28, retriable: true },
  budget_exhausted: { exit: 29, retriable: false },
  encoder_unavailable: { exit: 30, retriable: false },
  checkpoint_refused: { exit: 31, retriable: false },
  topics_mismatch: { exit: 32, retriable: false },
  drifted: { exit: 33, retriable: false },
  logic_unknown: { exit: 34, retriable: false },
  guard_unable: { exit: 35, retriable: false },
  not_plausible: { exit: 36, retriable: false },
  data_changed: { exit: 37, retriable: false },
  audit_unverified: { exit: 38, retriable: false },
  interrupted: { exit: 130, retriable: false },
  internal: { exit: 1, retriable: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A failure with a code from the table, data for machines and the cause it was made from. */
export class MmmError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "MmmError";
    this.code = code;
    this.data = more.data ?? {};
  }

  get retriable(): boolean {
    return ERROR_CODES[this.code].retriable;
  }

  get exit(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** The text of anything thrown, on one line. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim();
}
