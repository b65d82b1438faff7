/**
 * Untrusted text made safe to show and to pass on: printable, single-line, capped.
 *
 * I1. No control, bidirectional, zero-width or tag character survives; they show as \u{…}.
 */
const UNSAFE =
  /\p{Cc}|[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** `text` with unsafe characters spelled out and at most `chars` characters. */
export function escapeText(text: string, chars: number): string {
  const cut = text.length > chars ? `${text.slice(0, chars)}… (${text.length} characters)` : text;
  return cut.toWellFormed().replace(UNSAFE, (char) => {
    if (char === "\n" || char === "\t") return " ";
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
