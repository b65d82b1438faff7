/**
 * Column names as words, and names of channels made from them.
 *
 * I1. A spelled name has small letters a to z and digits, one space between words, and no accents; the
 *     same letters in another case or with other separators give the same words.
 * I2. A channel's name begins with a letter and has letters, digits and `_` only (model/config.ts).
 */
import {
  COMPOUND_ENDINGS,
  CURRENCY_WORDS,
  EXPOSURE_WORDS,
  FREQUENCY_WORDS,
  SPEND_WORDS,
} from "./words.ts";

const NAME_CHARS_MAX = 40;
const SYMBOLS: Readonly<Record<string, string>> = { "€": " eur ", $: " usd ", "£": " gbp " };

/** A column's name in words: `Ausgaben_TV (€)` is `ausgaben tv eur`. */
export function spellName(name: string): string {
  return name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[€$£]/g, (symbol) => SYMBOLS[symbol] ?? " ")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.replace(COMPOUND_ENDINGS, "$1 $2"))
    .join(" ")
    .replaceAll(TORN_BRANDS, (brand) => brand.replaceAll(" ", ""));
}

/** Brands with a capital inside, which look like two words. */
const TORN_BRANDS = /\b(?:you tube|linked in|tik tok|snap chat|face book|ad words|insta gram)\b/g;

/** What is left of a name without the words for money, exposure and currency: the channel. */
export function findStem(spelled: string): string {
  const patterns = [
    SPEND_WORDS,
    FREQUENCY_WORDS,
    ...EXPOSURE_WORDS.map(([, pattern]) => pattern),
    ...CURRENCY_WORDS.map(([, pattern]) => pattern),
  ];
  const bare = patterns.reduce(
    (text, pattern) => text.replaceAll(new RegExp(pattern.source, "g"), " "),
    spelled,
  );
  return bare
    .split(" ")
    .filter((word) => word !== "" && !FILLERS.has(word))
    .join(" ");
}

/** Words that a channel's name does not need, and Robyn's endings for spend and exposure. */
const FILLERS: ReadonlySet<string> = new Set(
  "total net gross in of for de du en fur fuer la le s i p amount mdsp mdip".split(" "),
);

/** A channel's name that is not `taken` yet. */
export function nameChannel(stem: string, taken: ReadonlySet<string>): string {
  const plain = stem.replaceAll(" ", "_").slice(0, NAME_CHARS_MAX);
  const name = /^[a-z]/.test(plain) ? plain : plain === "" ? "channel" : `c_${plain}`;
  const reserved = name === "constructor" || name === "prototype" ? `${name}_1` : name;
  if (!taken.has(reserved)) return reserved;
  let count = 2;
  while (taken.has(`${reserved}_${count}`)) count += 1;
  return `${reserved}_${count}`;
}
