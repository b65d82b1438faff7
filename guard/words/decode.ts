/**
 * Passages written so that a reader of words does not see them: base64, hexadecimal, percent and
 * HTML escapes, backslash escapes, binary, rot13, reversed text, spaced letters, digits for letters.
 *
 * I1. Decoding only adds passages to judge; the original is judged as well.
 * I2. Bounded: at most PASSAGES_MAX passages, DEPTH_MAX layers, and no passage longer than its source.
 * I3. What looks encoded and decodes to no text is reported as opaque.
 */

const PASSAGES_MAX = 24;
const DEPTH_MAX = 3;
const OPAQUE_CHARACTERS_MIN = 24;
const COMMON_WORDS =
  /\b(?:the|and|of|to|in|is|for|with|that|we|this|use|not|from|by|as|on|be|it|are|drop|replace|ignore|model)\b/gi;

export interface Decoded {
  readonly passages: readonly string[];
  /** A piece that looks encoded but is not text in any encoding known here; null if there is none. */
  readonly opaque: string | null;
}

/** Everything hidden in a text, decoded, layer by layer. */
export function decodePassages(text: string): Decoded {
  const passages: string[] = [];
  let opaque: string | null = null;
  let layer = [text];
  for (let depth = 0; depth < DEPTH_MAX && layer.length > 0; depth += 1) {
    const next: string[] = [];
    for (const source of layer) {
      const found = decodeOnce(source);
      opaque ??= found.opaque;
      for (const passage of found.passages) {
        if (passages.length >= PASSAGES_MAX || passage === source) break;
        if (passages.includes(passage)) continue;
        passages.push(passage);
        next.push(passage);
      }
    }
    layer = next;
  }
  return { passages, opaque };
}

function decodeOnce(text: string): Decoded {
  const tokens = decodeTokens(text);
  const whole = [
    decodePercent(text),
    decodeEntities(text),
    decodeEscapes(text),
    decodeBinary(text),
    decodeSpacedHex(text),
    joinSpacedLetters(text),
    replaceDigits(text),
    ...decodeDisguises(text),
  ].filter((passage) => passage !== null);
  return { passages: [...whole, ...tokens.passages], opaque: tokens.opaque };
}

/** Long tokens of base64, base64url, base32 or hexadecimal. */
function decodeTokens(text: string): Decoded {
  const passages: string[] = [];
  let opaque: string | null = null;
  for (const [token] of text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,6}/g)) {
    const readings = [decodeHex(token), decodeBase64(token), decodeBase32(token)].filter(
      (read) => read !== null,
    );
    passages.push(...readings);
    if (readings.length === 0 && isLikelyEncoded(token)) opaque ??= token;
  }
  return { passages, opaque };
}

/** Mixed letters and digits without word structure; digests (40 or 64 hex digits) are names. */
function isLikelyEncoded(token: string): boolean {
  if (token.length < OPAQUE_CHARACTERS_MIN) return false;
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(token)) return false;
  if (/^[A-Za-z]+(?:[_/-][A-Za-z0-9]+)*$/.test(token))
    return token.length > 60 && !/[_/-]/.test(token);
  const upper = /[A-Z]/.test(token);
  const lower = /[a-z]/.test(token);
  return (
    /\d/.test(token) &&
    (upper || lower) &&
    (/[+=]/.test(token) || (upper && lower) || isHexText(token))
  );
}

function isHexText(token: string): boolean {
  return /^[0-9a-f]+$/i.test(token);
}

function decodeReadableText(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8").decode(bytes);
  if (text.includes("\uFFFD") || text.length < 6) return null;
  const plain = text.replace(/[^\p{L}\p{N}\p{P}\p{Zs}\n\t=<>+|`$^~]/gu, "");
  const letters = text.replace(/[^\p{L}]/gu, "");
  return plain.length === text.length && letters.length >= 0.6 * text.length ? text : null;
}

function decodeBase64(token: string): string | null {
  const plain = token.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (plain.length % 4 === 1) return null;
  return decodeReadableText(Buffer.from(plain, "base64"));
}

function decodeBase32(token: string): string | null {
  const plain = token.replace(/=+$/, "");
  if (!/^[A-Z2-7]{16,}$/.test(plain)) return null;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of plain) {
    held = (held << 5) | alphabet.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
    held &= (1 << bits) - 1;
  }
  return decodeReadableText(Uint8Array.from(bytes));
}

function decodeHex(token: string): string | null {
  if (!/^(?:0x)?(?:[0-9a-fA-F]{2}){6,}$/.test(token)) return null;
  return decodeReadableText(Buffer.from(token.replace(/^0x/, ""), "hex"));
}

function decodeSpacedHex(text: string): string | null {
  const match = /(?:\b(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:]+){5,}(?:0x|\\x)?[0-9a-fA-F]{2}\b/.exec(text);
  if (match === null) return null;
  return decodeReadableText(Buffer.from(match[0].replace(/0x|\\x|[\s,:]/g, ""), "hex"));
}

function decodeBinary(text: string): string | null {
  const match = /(?:\b[01]{8}\b[\s,]*){5,}/.exec(text);
  if (match === null) return null;
  const octets = match[0].match(/[01]{8}/g) ?? [];
  return decodeReadableText(Uint8Array.from(octets, (octet) => Number.parseInt(octet, 2)));
}

function decodePercent(text: string): string | null {
  if ((text.match(/%[0-9a-fA-F]{2}/g) ?? []).length < 3) return null;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function decodeEntities(text: string): string | null {
  if ((text.match(/&#(?:x[0-9a-fA-F]{1,6}|\d{1,7});/g) ?? []).length < 3) return null;
  return text.replace(/&#(x?)([0-9a-fA-F]{1,7});/g, (_all, radix: string, digits: string) =>
    toCharacter(Number.parseInt(digits, radix === "x" ? 16 : 10)),
  );
}

function decodeEscapes(text: string): string | null {
  if ((text.match(/\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})/g) ?? []).length < 3) return null;
  return text.replace(/\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/g, (_all, u?: string, x?: string) =>
    toCharacter(Number.parseInt(u ?? x ?? "20", 16)),
  );
}

function toCharacter(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : " ";
}

/** "a d s t o c k" and "a-d-s-t-o-c-k" as one word. */
function joinSpacedLetters(text: string): string | null {
  const spaced = /\b[A-Za-z](?:[ ._*-][A-Za-z]){3,}\b/g;
  if (!spaced.test(text)) return null;
  return text.replace(spaced, (run) => run.replace(/[ ._*-]/g, ""));
}

/** "adst0ck" and "$aturation" with letters for digits. */
function replaceDigits(text: string): string | null {
  const pattern = /\b(?=[a-z0-9$@]{0,40}[a-z])(?=[a-z0-9$@]{0,40}[0134578$@])[a-z0-9$@]{5,40}\b/gi;
  const letters: Readonly<Record<string, string>> = {
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    $: "s",
    "@": "a",
  };
  let found = false;
  const decoded = text.replace(pattern, (word) => {
    if (/^[a-z]+\d+$/i.test(word) || /^\d/.test(word)) return word;
    found = true;
    return word.replace(/[0134578$@]/g, (digit) => letters[digit] ?? digit);
  });
  return found ? decoded : null;
}

/** Rot13 and reversed readings, where they read more like English than the text itself. */
function decodeDisguises(text: string): string[] {
  const own = countCommonWords(text);
  const words = text.split(/\s+/).length;
  if (words < 3 || own > words / 4) {
    return text
      .split(/(?<=[.!?;:])\s+|["'`]/)
      .filter((part) => part.length < text.length && part.split(/\s+/).length >= 3)
      .slice(0, 64)
      .flatMap((part) => decodeDisguises(part));
  }
  return [decodeRot13(text), Array.from(text).toReversed().join("")].filter(
    (reading) => countCommonWords(reading) > own + 1,
  );
}

function countCommonWords(text: string): number {
  return (text.match(COMMON_WORDS) ?? []).length;
}

function decodeRot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}
