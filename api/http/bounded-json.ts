/**
 * JSON from outside: bounded in depth and count, without keys that reach prototypes.
 */
import { MmmError } from "../../schemas/errors.ts";

const DEPTH_MAX = 64;
const VALUES_MAX = 200_000;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Parses a text. Throws `usage` (400) for what is not JSON or beyond the bounds. */
export function parseBoundedJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MmmError("usage", "the body is not JSON", { cause, data: { not_json: true } });
  }
  assertBounded(value);
  return value;
}

function assertBounded(root: unknown): void {
  let count = 0;
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    count += 1;
    if (count > VALUES_MAX) throw createLimitError(`more than ${VALUES_MAX} values`);
    if (typeof value !== "object" || value === null) continue;
    if (depth >= DEPTH_MAX) throw createLimitError(`nested deeper than ${DEPTH_MAX}`);
    for (const [key, child] of Object.entries(value)) {
      if (FORBIDDEN.has(key)) throw createLimitError(`the key "${key}" is not allowed`);
      open.push({ value: child, depth: depth + 1 });
    }
  }
}

function createLimitError(what: string): MmmError {
  return new MmmError("usage", `the body is not accepted: ${what}`);
}
