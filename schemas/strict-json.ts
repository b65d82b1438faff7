/**
 * The one parser of JSON text that enters, from agents, callers and files: RFC 8259, and nothing that
 * two parsers could read in two ways.
 *
 * Owns: text → value. Not: what the value means, and its canonical form (`schemas/canonical.ts`).
 *
 * I1. What is accepted has one reading: no duplicate keys, no trailing data, no BOM, no comments,
 *     no number that a double cannot hold, no `-0`.
 * I2. Keys are printable ASCII and never a name that objects inherit (`__proto__`, `toString` …), so
 *     the plain objects made here hold exactly what the text says.
 * I3. Text is well-formed Unicode without NUL.
 * I4. Linear in the length of the text; size, depth and key length have limits.
 * I5. Every refusal is a `JsonRefused` with a code from the closed list; nothing else is thrown.
 */
import type { Json } from "./canonical.ts";
import { JsonRefused, type JsonRefusalCode } from "./json-refused.ts";
import { quote } from "./quote.ts";

export interface JsonLimits {
  /** Of the UTF-8 form. */
  readonly bytesMax: number;
  /** Arrays and objects inside each other. */
  readonly depthMax: number;
  /**
   * For texts of people's own files and of callers, whose keys and amounts are theirs: keys in any
   * script, and whole numbers beyond 2^53 as the nearest double. All else is as strict.
   */
  readonly anyKeysAndAmounts?: boolean;
}

export const JSON_LIMITS: JsonLimits = { bytesMax: 1_048_576, depthMax: 64 };

const KEY_LENGTH_MAX = 256;
const NUMBER_LENGTH_MAX = 64;
const EVIDENCE_CHARACTERS = 40;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?\d+$/;
const NOT_ZERO = /^-?[0.]*[1-9]/;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

interface Cursor {
  readonly text: string;
  readonly depthMax: number;
  readonly anyKeysAndAmounts: boolean;
  at: number;
  depth: number;
  readonly path: (string | number)[];
}

/**
 * The value of a JSON text.
 *
 * @throws JsonRefused for everything invariants 1 to 4 exclude.
 */
export function parseStrictJson(text: string, limits: JsonLimits = JSON_LIMITS): Json {
  const { depthMax, anyKeysAndAmounts = false } = limits;
  const cursor: Cursor = { text, depthMax, anyKeysAndAmounts, at: 0, depth: 0, path: [] };
  if (typeof text !== "string") throw refuseJson(cursor, "json_not_text", "The value is not text");
  const tooLarge =
    text.length > limits.bytesMax ||
    (text.length * 3 > limits.bytesMax && Buffer.byteLength(text, "utf8") > limits.bytesMax);
  if (tooLarge) {
    throw refuseJson(cursor, "json_too_large", `The text exceeds ${limits.bytesMax} bytes`);
  }
  if (text.charCodeAt(0) === 0xfeff) {
    throw refuseJson(cursor, "json_bom", "The text starts with a byte order mark");
  }
  if (!text.isWellFormed()) {
    throw refuseJson(cursor, "json_lone_surrogate", "The text holds half of a surrogate pair");
  }
  const value = readValue(cursor);
  skipSpace(cursor);
  if (cursor.at < text.length) {
    throw refuseJson(cursor, "json_trailing_data", "There is text after the JSON value");
  }
  return value;
}

function refuseJson(cursor: Cursor, code: JsonRefusalCode, message: string): JsonRefused {
  const from = Math.max(0, cursor.at - 10);
  const piece =
    typeof cursor.text === "string" ? cursor.text.slice(from, from + EVIDENCE_CHARACTERS) : "";
  return new JsonRefused(code, `${message} (character ${cursor.at})`, {
    path: cursor.path.map((part) => quote(String(part), 60).slice(1, -1)).join("."),
    evidence: quote(piece, EVIDENCE_CHARACTERS),
  });
}

function skipSpace(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    cursor.at += 1;
  }
}

function readValue(cursor: Cursor): Json {
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === '"') return readString(cursor);
  if (first === "{") return readNested(cursor, readObject);
  if (first === "[") return readNested(cursor, readArray);
  if (first === "t") return readWord(cursor, "true", true);
  if (first === "f") return readWord(cursor, "false", false);
  if (first === "n") return readWord(cursor, "null", null);
  if (first !== undefined && (first === "-" || (first >= "0" && first <= "9"))) {
    return readNumber(cursor);
  }
  throw refuseUnexpected(cursor, "a value");
}

function refuseUnexpected(cursor: Cursor, wanted: string): JsonRefused {
  const rest = cursor.text.slice(cursor.at, cursor.at + 9);
  if (rest.startsWith("//") || rest.startsWith("/*") || rest.startsWith("#")) {
    return refuseJson(cursor, "json_comment", "JSON has no comments");
  }
  if (/^[-+]?(?:NaN|Infinity|inf)/i.test(rest)) {
    return refuseJson(cursor, "json_number_not_finite", "JSON has no NaN and no infinity");
  }
  return refuseJson(cursor, "json_syntax", `Expected ${wanted}`);
}

function readNested(cursor: Cursor, read: (cursor: Cursor) => Json): Json {
  cursor.depth += 1;
  if (cursor.depth > cursor.depthMax) {
    throw refuseJson(cursor, "json_too_deep", `Deeper than ${cursor.depthMax} levels`);
  }
  cursor.at += 1;
  const value = read(cursor);
  cursor.depth -= 1;
  return value;
}

function readWord(cursor: Cursor, word: string, value: Json): Json {
  if (!cursor.text.startsWith(word, cursor.at)) throw refuseUnexpected(cursor, "a value");
  cursor.at += word.length;
  return value;
}

function readArray(cursor: Cursor): Json {
  const values: Json[] = [];
  skipSpace(cursor);
  if (cursor.text[cursor.at] === "]") {
    cursor.at += 1;
    return values;
  }
  for (;;) {
    cursor.path.push(values.length);
    values.push(readValue(cursor));
    cursor.path.pop();
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next !== "," && next !== "]") throw refuseUnexpected(cursor, "a comma or ]");
    cursor.at += 1;
    if (next === "]") return values;
  }
}

function readObject(cursor: Cursor): Json {
  const members: Record<string, Json> = {};
  skipSpace(cursor);
  if (cursor.text[cursor.at] === "}") {
    cursor.at += 1;
    return members;
  }
  for (;;) {
    const key = readMemberKey(cursor, members);
    cursor.path.push(key);
    members[key] = readValue(cursor);
    cursor.path.pop();
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next !== "," && next !== "}") throw refuseUnexpected(cursor, "a comma or }");
    cursor.at += 1;
    if (next === "}") return members;
  }
}

function readMemberKey(cursor: Cursor, members: Readonly<Record<string, Json>>): string {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== '"') throw refuseUnexpected(cursor, "a key in double quotes");
  const key = readString(cursor);
  const code = checkMemberKey(cursor, key, members);
  if (code !== null) {
    const what = code === "json_duplicate_key" ? "stands twice" : "is not accepted";
    throw refuseJson(cursor, code, `The key ${quote(key, EVIDENCE_CHARACTERS)} ${what}`);
  }
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== ":") throw refuseUnexpected(cursor, "a colon");
  cursor.at += 1;
  return key;
}

function checkMemberKey(
  { anyKeysAndAmounts }: Cursor,
  key: string,
  members: Readonly<Record<string, Json>>,
): JsonRefusalCode | null {
  if (key.length > KEY_LENGTH_MAX) return "json_key_too_long";
  if (!anyKeysAndAmounts && !PRINTABLE_ASCII.test(key)) return "json_non_ascii_key";
  if (key in Object.prototype || key === "prototype") return "json_prototype_key";
  if (Object.hasOwn(members, key)) return "json_duplicate_key";
  return null;
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  let from = cursor.at + 1;
  let value = "";
  let escaped = false;
  for (cursor.at = from; ; cursor.at += 1) {
    const code = text.charCodeAt(cursor.at);
    if (Number.isNaN(code)) throw refuseJson(cursor, "json_syntax", "A text has no closing quote");
    if (code === 0x22) break;
    if (code === 0) throw refuseJson(cursor, "json_nul", "A text holds NUL");
    if (code < 0x20) {
      throw refuseJson(cursor, "json_control_character", "A text holds a bare control character");
    }
    if (code !== 0x5c) continue;
    value += text.slice(from, cursor.at) + readEscape(cursor);
    from = cursor.at + 1;
    escaped = true;
  }
  value = escaped ? value + text.slice(from, cursor.at) : text.slice(from, cursor.at);
  if (escaped && !value.isWellFormed()) {
    throw refuseJson(cursor, "json_lone_surrogate", "A text holds half of a surrogate pair");
  }
  cursor.at += 1;
  return value;
}

/** The character an escape stands for; leaves the cursor on the escape's last character. */
function readEscape(cursor: Cursor): string {
  cursor.at += 1;
  const letter = cursor.text[cursor.at] ?? "";
  if (letter !== "u") {
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) throw refuseJson(cursor, "json_syntax", "Unknown escape in a text");
    return plain;
  }
  const digits = cursor.text.slice(cursor.at + 1, cursor.at + 5);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    throw refuseJson(cursor, "json_syntax", "A \\u escape needs four hexadecimal digits");
  }
  if (digits === "0000") throw refuseJson(cursor, "json_nul", "A text holds NUL");
  cursor.at += 4;
  return String.fromCharCode(Number.parseInt(digits, 16));
}

function readNumber(cursor: Cursor): number {
  const { text } = cursor;
  let end = cursor.at;
  while (end - cursor.at <= NUMBER_LENGTH_MAX && /[-+0-9.eE]/.test(text[end] ?? "")) end += 1;
  if (end - cursor.at > NUMBER_LENGTH_MAX) {
    throw refuseJson(
      cursor,
      "json_number_too_long",
      "A number is written with too many characters",
    );
  }
  const literal = text.slice(cursor.at, end);
  if (!NUMBER.test(literal)) throw refuseUnexpected(cursor, "a number as JSON writes it");
  const value = Number(literal);
  const code = checkNumber(cursor, literal, value);
  if (code !== null) {
    throw refuseJson(cursor, code, `The number ${literal} has no exact meaning as a double`);
  }
  cursor.at = end;
  return value;
}

function checkNumber(
  { anyKeysAndAmounts }: Cursor,
  literal: string,
  value: number,
): JsonRefusalCode | null {
  if (!Number.isFinite(value)) return "json_number_not_finite";
  if (value === 0 && NOT_ZERO.test(literal)) return "json_number_underflow";
  if (Object.is(value, -0)) return "json_number_negative_zero";
  if (anyKeysAndAmounts) return null;
  if (INTEGER.test(literal) && !Number.isSafeInteger(value)) return "json_number_unrepresentable";
  return null;
}
