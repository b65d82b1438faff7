/**
 * The draws that are kept: thinned, as 32-bit floats, with a digest; everything published is
 * computed from these, so that whoever holds them can repeat every figure.
 *
 * Serialised: one line of JSON (names, counts), a line feed, then the values parameter by parameter,
 * little-endian; the bytes compress well and their SHA-256 is the digest.
 *
 * 1. serialize ∘ read is the identity on bytes.
 * 2. Untrusted bytes are refused when sizes disagree or a value is not finite.
 */

import { createHash } from "node:crypto";
import { ModelError } from "../errors.ts";
import type { Sampled } from "./sampler.ts";

export const KEPT_DRAWS = 1000;
const HEADER_MAX = 65_536;
const PARAMETERS_MAX = 2048;
const DRAWS_MAX = 20_000;

export interface Draws {
  readonly names: readonly string[];
  readonly count: number;
  /** Parameter by parameter: parameter · count + draw. */
  readonly values: Float32Array;
}

/** Evenly thinned draws of all chains. */
export function keepDraws(sampled: Sampled, names: readonly string[], kept = KEPT_DRAWS): Draws {
  const total = sampled.chains * sampled.draws;
  const count = Math.min(kept, total);
  const values = new Float32Array(count * names.length);
  for (let draw = 0; draw < count; draw += 1) {
    const from = Math.floor((draw * total) / count) * sampled.dimension;
    for (let i = 0; i < names.length; i += 1) {
      values[i * count + draw] = sampled.positions[from + i] as number;
    }
  }
  return { names, count, values };
}

/** Writes one draw's vector to `theta`. */
export function readDraw({ count, values, names }: Draws, draw: number, theta: Float64Array): void {
  for (let i = 0; i < names.length; i += 1) theta[i] = values[i * count + draw] as number;
}

/** Bytes of the draws. */
export function serializeDraws({ names, count, values }: Draws): Uint8Array {
  const head = new TextEncoder().encode(`${JSON.stringify({ format: "draws-1", count, names })}\n`);
  const bytes = new Uint8Array(head.length + 4 * values.length);
  bytes.set(head);
  const view = new DataView(bytes.buffer, head.length);
  for (const [at, value] of values.entries()) view.setFloat32(4 * at, value, true);
  return bytes;
}

/** SHA-256 of the serialised draws, hexadecimal. */
export function digestDraws(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @throws ModelError `parameters_invalid` when the bytes are not serialised draws. */
export function parseDraws(bytes: Uint8Array): Draws {
  const end = bytes.subarray(0, HEADER_MAX).indexOf(10);
  const head = end < 0 ? null : readHead(new TextDecoder().decode(bytes.subarray(0, end)));
  if (head === null || bytes.length !== end + 1 + 4 * head.count * head.names.length) {
    throw refused("their header or length is wrong");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + 1);
  const values = Float32Array.from({ length: head.count * head.names.length }, (_, at) =>
    view.getFloat32(4 * at, true),
  );
  if (!values.every((value) => Number.isFinite(value))) throw refused("a value is not finite");
  return { ...head, values };
}

function readHead(text: string): Pick<Draws, "names" | "count"> | null {
  try {
    const head = JSON.parse(text) as Record<string, unknown>;
    const { format, count, names } = head;
    const fits =
      format === "draws-1" &&
      Number.isInteger(count) &&
      (count as number) > 0 &&
      (count as number) <= DRAWS_MAX &&
      Array.isArray(names) &&
      names.length <= PARAMETERS_MAX &&
      names.every((name) => typeof name === "string");
    return fits ? { count: count as number, names: names as string[] } : null;
  } catch {
    return null;
  }
}

function refused(why: string): ModelError {
  return new ModelError("parameters_invalid", `Stored draws cannot be read: ${why}`, {});
}
