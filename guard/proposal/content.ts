/**
 * What a proposal asks for, reduced to what stays when it is reworded: the key that refusals are
 * counted by, over attempts, sessions and forks.
 *
 * I1. Order of keys and changes, spelling of numbers, casing, look-alike letters, spacing and the
 *     reasoning beside a set of changes do not alter the digest.
 * I2. Numbers count to two significant digits, so that jitter is the same content.
 * I3. Text that is not a proposal is counted by its letters and digits, escaped or not.
 */
import { type Json, digestOf } from "../../schemas/canonical.ts";
import { skeleton } from "./lookalike.ts";
import { isObject } from "./proposal.ts";

const TEXT_CHARACTERS_MAX = 4000;
/** More changes than a proposal may have are refused for that; the first ones identify it. */
const CHANGES_COUNTED = 512;

/** The digest of a proposal's content; `json` is what its text says, undefined if it is not JSON. */
export function contentDigest(raw: string, json: Json | undefined): string {
  return digestOf({ version: 1, content: contentOf(raw, json) });
}

function contentOf(raw: string, json: Json | undefined): Json {
  if (json === undefined) return { text: lettersOf(unescaped(raw)) };
  if (!isObject(json)) return { other: reduced(json) };
  const { changes, config, reasoning } = json;
  if (Array.isArray(changes) && changes.length > 0) {
    const counted = changes.slice(0, CHANGES_COUNTED);
    return { changes: counted.map((change) => changeText(change as Json)).toSorted() };
  }
  if (isObject(config)) return { config: reduced(config) };
  if (typeof reasoning === "string") return { text: lettersOf(reasoning) };
  return { other: reduced(json) };
}

/** One change; the usual form, a path and a number, without the detour over JSON. */
function changeText(change: Json): string {
  if (!isObject(change)) return JSON.stringify(reduced(change));
  const { path, to } = change;
  const usual = typeof path === "string" && typeof to === "number";
  if (!usual || Object.keys(change).length !== 2) return JSON.stringify(reduced(change));
  return `${skeleton(path.slice(0, TEXT_CHARACTERS_MAX))}=${Number(to.toPrecision(2))}`;
}

/** What JSON's escapes stand for, in a text that is not quite JSON. */
function unescaped(raw: string): string {
  return raw
    .slice(0, 6 * TEXT_CHARACTERS_MAX)
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
}

function lettersOf(text: string): string {
  return skeleton(text.slice(0, TEXT_CHARACTERS_MAX));
}

function reduced(value: Json): Json {
  if (typeof value === "number") return Number(value.toPrecision(2));
  if (typeof value === "string") return skeleton(value.slice(0, TEXT_CHARACTERS_MAX));
  if (Array.isArray(value)) return value.map((item) => reduced(item as Json));
  if (!isObject(value)) return value;
  const members: Record<string, Json> = {};
  for (const key of Object.keys(value).toSorted())
    members[skeleton(key)] = reduced(value[key] as Json);
  return members;
}
