/**
 * Whether a text can be judged at all: no invisible characters, no letters drawn like others, a
 * language this layer knows (English), no opaque payload.
 *
 * I1. What cannot be judged is not cleared; nothing is silently removed or replaced.
 * I2. Ordinary scientific English passes: Greek symbols, accents in names, superscripts, emoji.
 */
import type { Violation } from "../../schemas/parts.ts";
import type { Decoded } from "./decode.ts";
import { createViolation } from "../violation.ts";

/** Format, private and unassigned characters, fillers, joiners and variation selectors. */
const INVISIBLE =
  /\p{Cf}|\p{Co}|\p{Cn}|\u034f|\u115f|\u1160|\u17b4|\u17b5|[\u180b-\u180d]|\u180f|\u2800|\u3164|[\ufe00-\ufe0f]|\uffa0|\ufffc|[\u{e0000}-\u{e0fff}]|[^\P{Cc}\n\r\t]/u;
const EMOJI_STYLE = /(\p{Extended_Pictographic})\ufe0f/gu;
/** Greek letters that formulas use; others inside Latin words imitate. */
const SYMBOLS = /[αβγδεζηθκλμπσςτφχψωΓΔΘΛΠΣΦΨΩµ]/gu;
const OTHER_SCRIPT = /[^\P{L}\p{Script=Latin}]/u;
const STYLED =
  /[\u{1d400}-\u{1d7ff}\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\u{1f130}-\u{1f189}\u2100-\u214f\u212a]/u;
const HARMLESS_STYLED = /[™℃№ℓ℮℠]/gu;

const ENGLISH =
  /\b(?:the|and|of|to|in|is|for|with|that|we|this|not|from|by|as|on|be|it|are|at|an|or|was|has|have|will|its|which|our|than|more|so|if|but|all)\b/g;
const OTHER_LANGUAGES =
  /\b(?:der|die|das|und|nicht|wir|ist|für|mit|auf|eine?n?|durch|ohne|bitte|soll(?:te|en)?|werden|statt|le|la|les|des|une?|nous|pas|est|pour|avec|dans|sur|sans|être|qui|que|il|faut|el|los|las|una|por|para|con|sin|como|esta?|del|y|se|il|che|non|della?|di|senza|con|uma?|não|com|sem|dos|het|een|niet|wij|voor|met|zonder|van|og|ikke|och|inte|med|att|som|ja|nie|jest|bez|oraz|ve|bir|için|ile|değil)\b/g;

/** Why a text cannot be judged; empty when it can. */
export function findIllegibleText(text: string, decoded: Decoded): Violation[] {
  const found: Violation[] = [];
  const hidden = INVISIBLE.exec(text.replace(EMOJI_STYLE, "$1"));
  if (hidden !== null) {
    const message = "The text holds characters that a reader does not see";
    found.push(createViolation("text_invisible", "reasoning", message, cutAround(text, hidden[0])));
  }
  const word = findImitatingWord(text);
  if (word !== null) {
    const message = "The text holds letters drawn like other letters";
    found.push(createViolation("text_lookalike", "reasoning", message, word));
  }
  const foreign = findForeignPassage(text);
  if (foreign !== null) {
    const message = "The text is in a language this layer cannot judge";
    found.push(createViolation("text_unjudgeable", "reasoning", message, foreign));
  }
  if (decoded.opaque !== null) {
    const message = "The text holds an encoded passage this layer cannot read";
    found.push(createViolation("text_unjudgeable", "reasoning", message, decoded.opaque));
  }
  return found;
}

function cutAround(text: string, piece: string): string {
  const at = Math.max(0, text.indexOf(piece) - 20);
  return text.slice(at, at + 60);
}

/** A word that mixes scripts, or is set in letters that only imitate plain ones. */
function findImitatingWord(text: string): string | null {
  const styled = STYLED.exec(text.replace(HARMLESS_STYLED, ""));
  if (styled !== null) return cutAround(text, styled[0]);
  for (const [word] of text.matchAll(/[\p{L}\p{M}]{2,}/gu)) {
    const bare = word.replace(SYMBOLS, "");
    if (/\p{Script=Latin}/u.test(bare) && OTHER_SCRIPT.test(bare)) return word;
  }
  return null;
}

function findForeignPassage(text: string): string | null {
  const other = text.replace(SYMBOLS, "").match(/[^\P{L}\p{Script=Latin}]+/gu) ?? [];
  if (other.join("").length > 2) return other.join(" ").slice(0, 60);
  for (const sentence of text.split(/[.!?;\n]+/)) {
    const lower = sentence.toLowerCase();
    const words = lower.match(/\p{L}+/gu) ?? [];
    if (words.length < 4) continue;
    const english = (lower.match(ENGLISH) ?? []).length;
    const others = (lower.match(OTHER_LANGUAGES) ?? []).length;
    if (others >= 2 && others > english) return sentence.trim().slice(0, 60);
  }
  return null;
}
