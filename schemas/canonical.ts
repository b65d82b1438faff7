/**
 * Canonical JSON (RFC 8785) and digests over it.
 *
 * I1. Equal values have equal bytes: keys sorted by UTF-16 code units, shortest number form.
 * I2. What JSON cannot hold (NaN, Infinity, undefined, lone surrogates) throws; it is never mended.
 */
import { hash } from "node:crypto";
import { createBoundedCache, getOrMake } from "./bounded-cache.ts";
import { MmmError } from "./errors.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** RFC 8785 text of a value. Throws `event_invalid` for what I-JSON does not allow. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value as Record<string, unknown>);
  throw new MmmError("event_invalid", `canonical JSON cannot hold a ${typeof value}`);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new MmmError("event_invalid", `canonical JSON cannot hold ${value}`);
  }
  return JSON.stringify(value === 0 ? 0 : value);
}

/** Texts of this length are configurations: the same few come again in every warrant. */
const LONG_MIN = 512;
const LONG_MAX = 32_768;
const LONG_TEXTS_MAX = 128;
const longTexts = createBoundedCache<string, string>(LONG_TEXTS_MAX);

function canonicalString(value: string): string {
  if (value.length < LONG_MIN || value.length > LONG_MAX) return quoted(value);
  return getOrMake(longTexts, value, () => quoted(value));
}

function quoted(value: string): string {
  if (!value.isWellFormed()) {
    throw new MmmError("event_invalid", "canonical JSON cannot hold a lone surrogate");
  }
  return JSON.stringify(value);
}

function canonicalObject(value: Record<string, unknown>): string {
  let text = "";
  // Without a comparison function, sort() compares UTF-16 code units, as RFC 8785 asks.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${canonicalKey(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Keys as they are written; there are few, and they come again. */
const KEYS_MAX = 4_096;
const keys = new Map<string, string>();

function canonicalKey(key: string): string {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const text = canonicalString(key);
  if (keys.size < KEYS_MAX && key.length < 64) keys.set(key, text);
  return text;
}

/** SHA-256 of text or bytes, lower-case hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/** SHA-256 of the canonical JSON of a value. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
