/**
 * JSON from outside: one reading only, bounded in depth and count, without keys that reach prototypes.
 */
import { MmmError } from "../../schemas/errors.ts";
import { JsonRefused } from "../../schemas/json-refused.ts";
import { type JsonLimits, parseStrictJson } from "../../schemas/strict-json.ts";

/** Bytes are the route's own limit. */
const LIMITS: JsonLimits = {
  bytesMax: Number.MAX_SAFE_INTEGER,
  depthMax: 64,
  anyKeysAndAmounts: true,
};
const VALUES_MAX = 200_000;

/**
 * Parses a text.
 * @throws MmmError `usage` (400) for what is not JSON, has two readings or is beyond the bounds
 */
export function parseBoundedJson(text: string): unknown {
  const value = readOnce(text);
  assertBounded(value);
  return value;
}

function readOnce(text: string): unknown {
  try {
    return parseStrictJson(text, LIMITS);
  } catch (cause) {
    if (!(cause instanceof JsonRefused)) throw cause;
    if (NOT_JSON.has(cause.code)) {
      throw new MmmError("usage", "the body is not JSON", { cause, data: { not_json: true } });
    }
    throw createLimitError(`${cause.message} at ${cause.path || "the top"}`, cause);
  }
}

/** What no JSON parser reads; the other refusals are of JSON with two readings or beyond bounds. */
const NOT_JSON: ReadonlySet<string> = new Set([
  "json_syntax",
  "json_bom",
  "json_comment",
  "json_trailing_data",
  "json_control_character",
]);

function assertBounded(root: unknown): void {
  let count = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    count += 1;
    if (count > VALUES_MAX) throw createLimitError(`more than ${VALUES_MAX} values`);
    if (typeof value !== "object" || value === null) continue;
    for (const child of Object.values(value)) open.push(child);
  }
}

function createLimitError(what: string, cause?: unknown): MmmError {
  return new MmmError("usage", `the body is not accepted: ${what}`, { cause });
}
