/**
 * HTML from templates in which everything put in is escaped.
 *
 * I1. A value in a template is text unless it is `Html` already; only this file and the plotter make
 *     `Html`.
 * I2. Control, bidirectional and zero-width characters are spelled out (`session/quote.ts`).
 */
import { escapeText } from "../session/quote.ts";

/** Longest single text of a page. */
const TEXT_CHARS = 20_000;

/** Markup that is safe to put into a page as it stands. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | null | undefined | Html | readonly Part[];

/** A template whose values are escaped; null and undefined leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const parts = strings.map((text, at) => text + renderPart(values[at]));
  return new Html(parts.join(""));
}

function renderPart(value: Part): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return escapeHtml(String(value));
  return value.map((one) => renderPart(one)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return escapeText(text, TEXT_CHARS).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
