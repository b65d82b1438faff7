/**
 * Names that look like other names: Unicode confusables, spelling variants, casing.
 *
 * Used for messages and for text only: keys and paths that are not plain ASCII are refused whatever
 * they look like, never mended into what they resemble.
 *
 * I1. `skeleton` is a projection: skeleton(skeleton(x)) = skeleton(x).
 */

/** Letters that are drawn like an ASCII letter (a part of Unicode TR39), after NFKC and lower case. */
const DRAWN_LIKE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    a: "аɑαạăå",
    b: "ЬƅВв",
    c: "сϲçᴄ",
    d: "ԁɗ",
    e: "еєёέεĕ℮",
    g: "ɡց",
    h: "һհ",
    i: "іıїιíì",
    j: "јϳ",
    k: "кκ",
    l: "ӏℓḷł|",
    m: "мᴍ",
    n: "пոη",
    o: "оοօσöø०",
    p: "рρ",
    q: "ԛ",
    r: "гᴦ",
    s: "ѕʂ",
    t: "тτ",
    u: "սυü",
    v: "ѵν",
    w: "ԝωѡ",
    x: "хχ",
    y: "уγү",
    z: "ᴢ",
    "0": "Ο",
  }).flatMap(([ascii, drawn]) =>
    Array.from(drawn, (letter) => [letter.toLowerCase(), ascii] as const),
  ),
);

/** ASCII without the bar, the one ASCII sign of the table: nothing to fold but case. */
const PLAIN = /^[\t\n\r -{}~]*$/;

/** What a name looks like: lower-case ASCII letters and digits only. */
export function computeSkeleton(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const folded = foldLookalikes(name).normalize("NFD").toLowerCase();
  return folded.replace(/[^a-z0-9]/g, "");
}

/** `text` with letters replaced by the ASCII letters they are drawn like. */
export function foldLookalikes(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  let folded = "";
  for (const letter of text.normalize("NFKC").toLowerCase()) {
    folded += (Object.hasOwn(DRAWN_LIKE, letter) ? DRAWN_LIKE[letter] : undefined) ?? letter;
  }
  return folded;
}

/** The known name that a name resembles without being it, or null. */
export function findLookalike(name: string, known: readonly string[]): string | null {
  const own = computeSkeleton(name);
  if (own === "") return null;
  return (
    known.find((candidate) => candidate !== name && computeSkeleton(candidate) === own) ?? null
  );
}
