/**
 * What a proposal asks for, reduced to what stays when it is reworded: the key that refusals are
 * counted by, over attempts, sessions and forks.
 *
 * I1. Order of keys and changes, spelling of numbers, casing, look-alike letters, spacing and the
 *     reasoning beside a set of changes do not alter the digest.
 * I2. Numbers count to two significant digits, so that jitter is the same content.
 * I3. Text that is not a proposal is counted by its letters and digits, escaped or not.
 */
import { type Json, computeDigest } from "../../schemas/canonical.ts";
import { computeSkeleton } from "./lookalike.ts";
import { isObject } from "./proposal.ts";

const TEXT_CHARACTERS_MAX = 4000;
/** More changes than a proposal may have are refused for that; the first ones identify it. */
const CHANGES_COUNTED = 512;

/** The digest of a proposal's content; `json` is what its text says, undefined if it is not JSON. */
export function computeContentDigest(raw: string, json: Json | undefined): string {
  return computeDigest({ version: 1, content: extractContent(raw, json) });
}

function extractContent(raw: string, json: Json | undefined): Json {
  if (json === undefined) return { text: extractLetters(decodeJsonEscapes(raw)) };
  if (!isObject(json)) return { other: reduceJson(json) };
  const { changes, config, reasoning } = json;
  if (Array.isArray(changes) && changes.length > 0) {
    const counted = changes.slice(0, CHANGES_COUNTED);
    return { changes: counted.map((change) => formatChangeContent(change as Json)).toSorted() };
  }
  if (isObject(config)) return { config: reduceJson(config) };
  if (typeof reasoning === "string") return { text: extractLetters(reasoning) };
  return { other: reduceJson(json) };
}

/** One change; the usual form, a path and a number, without the detour over JSON. */
function formatChangeContent(change: Json): string {
  if (!isObject(change)) return JSON.stringify(reduceJson(change));
  const { path, to } = change;
  const usual = typeof path === "string" && typeof to === "number";
  if (!usual || Object.keys(change).length !== 2) return JSON.stringify(reduceJson(change));
  return `${computeSkeleton(path.slice(0, TEXT_CHARACTERS_MAX))}=${Number(to.toPrecision(2))}`;
}

/** What JSON's escapes stand for, in a text that is not quite JSON. */
function decodeJsonEscapes(raw: string): string {
  return raw
    .slice(0, 6 * TEXT_CHARACTERS_MAX)
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
}

function extractLetters(text: string): string {
  return computeSkeleton(text.slice(0, TEXT_CHARACTERS_MAX));
}

function reduceJson(value: Json): Json {
  if (typeof value === "number") return Number(value.toPrecision(2));
  if (typeof value === "string") return computeSkeleton(value.slice(0, TEXT_CHARACTERS_MAX));
  if (Array.isArray(value)) return value.map((item) => reduceJson(item as Json));
  if (!isObject(value)) return value;
  const members: Record<string, Json> = {};
  for (const key of Object.keys(value).toSorted())
    members[computeSkeleton(key)] = reduceJson(value[key] as Json);
  return members;
}
