/**
 * How text from outside is shown to anybody: quoted, escaped, capped.
 *
 * I1. The result is printable ASCII without `<`, `>`, `&` and backtick, and starts and ends with a
 *     double quote: it opens no HTML tag, no terminal sequence, no CSV formula, no code fence.
 * I2. Its length is bounded by the cap (six characters an escape, and the marks around it).
 * I3. It is still readable for plain English.
 */

const SAFE = /[\x20-\x7e]/;
const RISKY = new Set(["<", ">", "&", "`", '"', "\\"]);

/** `text` as quoted data; at most `charactersMax` of its characters, the rest counted. */
export function quote(text: string, charactersMax: number): string {
  let shown = "";
  const end = Math.min(text.length, charactersMax);
  for (let at = 0; at < end; at += 1) {
    const character = text[at] ?? "";
    const plain = SAFE.test(character) && !RISKY.has(character);
    shown += plain ? character : escapeCharacter(character);
  }
  const rest = text.length - end;
  return rest > 0 ? `"${shown}"... (${rest} more)` : `"${shown}"`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
