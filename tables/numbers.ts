/**
 * How a column of numbers is spelled, and the same numbers in plain spelling.
 *
 * 1. A number that has one reading only shows which sign is the decimal one; `1.234` and `1,234` show
 *    nothing. A column that shows nothing is read as the rest of the file, or not at all.
 * 2. Digits are moved, never computed: the plain spelling has the digits of the cell.
 * 3. All cells of a column have one currency, and a percent sign all or none.
 */
import { isMissing, readFlag } from "./missing.ts";
import type { DecimalSign, Numbers } from "./table.ts";

const SPACES = /[\s\u00a0\u202f\u2009\u2007]/g;
const CURRENCY =
  /^(?:(?:US|A|C|R|NZ|HK|S)?\$|€|£|¥|₹|₽|₺|₩|zł|kč|kr\.?|fr\.?|EUR|USD|GBP|CHF|JPY|PLN|SEK|NOK|DKK|CZK|AUD|CAD|INR|BRL|MXN|CNY)|(?:(?:US|A|C|R)?\$|€|£|¥|₹|₽|₺|₩|zł|kč|kr\.?|fr\.?|EUR|USD|GBP|CHF|JPY|PLN|SEK|NOK|DKK|CZK|AUD|CAD|INR|BRL|MXN|CNY)$/i;
const APOSTROPHES = /['’`´]/g;

interface Cell {
  /** Digits, signs and separators; spaces inside kept as one blank. */
  readonly digits: string;
  readonly negative: boolean;
  readonly currency: string;
  readonly percent: boolean;
}

/** The parts of a cell that may be a number; null when it cannot be one. */
function takeApart(text: string): Cell | null {
  let rest = text.replace(SPACES, " ").replace(/[−–]/g, "-").trim();
  let negative = false;
  const bracketed = /^\((.*)\)$/.exec(rest);
  if (bracketed !== null) {
    negative = true;
    rest = (bracketed[1] ?? "").trim();
  }
  let currency = "";
  let percent = false;
  // A sign, a currency and a percent sign may stand in any order around the digits.
  for (let turn = 0; turn < 4; turn += 1) {
    const money = CURRENCY.exec(rest);
    if (money !== null && currency === "") {
      currency = money[0].toUpperCase();
      rest = rest.replace(CURRENCY, "").trim();
    }
    if (rest.endsWith("%") && !percent) {
      percent = true;
      rest = rest.slice(0, -1).trim();
    }
    const signed = /^([+-])(.*)$/.exec(rest) ?? /^(.*[\d.,])(-)$/.exec(rest);
    if (signed === null) continue;
    const [sign, number] = /^[+-]$/.test(signed[1] ?? "")
      ? [signed[1], signed[2]]
      : [signed[2], signed[1]];
    if (negative && sign === "-") return null;
    negative ||= sign === "-";
    rest = (number ?? "").trim();
    if (/^[+-]/.test(rest)) return null;
  }
  if (!/^[\d.,]/.test(rest)) return null;
  return { digits: rest.replace(APOSTROPHES, "'"), negative, currency, percent };
}

const PATTERNS: Readonly<Record<DecimalSign, { plain: RegExp; grouped: RegExp }>> = {
  point: {
    plain: /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/,
    grouped: /^[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+|(?:'\d{3})+|(?:,\d{2})+,\d{3})(?:\.\d*)?$/,
  },
  comma: {
    plain: /^(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/,
    grouped: /^[1-9]\d{0,2}(?:(?:\.\d{3})+|(?: \d{3})+|(?:'\d{3})+)(?:,\d*)?$/,
  },
};

/** Plain spelling of the digits under one decimal sign; null where they do not fit it. */
function spellPlain(digits: string, decimal: DecimalSign): string | null {
  const { plain, grouped } = PATTERNS[decimal];
  if (plain.test(digits)) return digits.replace(",", ".");
  if (!grouped.test(digits)) return null;
  return decimal === "point"
    ? digits.replace(/[, ']/g, "")
    : digits.replace(/[. ']/g, "").replace(",", ".");
}

/** Whether a column's cells say which sign is the decimal one. */
export interface DecimalEvidence {
  /** Cells that have a reading under each sign. */
  readonly fits: Readonly<Record<DecimalSign, number>>;
  /** Cells that differ by the sign: `1.234`. */
  readonly open: number;
  readonly cells: number;
  /** The sign that the column shows; null when it shows none. */
  readonly shows: DecimalSign | null;
}

const GROUPED_LEAST = 20;

/** What the cells of one column say about the decimal sign. */
export function weighDecimal(texts: readonly string[]): DecimalEvidence {
  const fits = { point: 0, comma: 0 };
  let open = 0;
  let cells = 0;
  const openSigns = { ".": 0, ",": 0 };
  let whole = 0;
  let large = 0;
  for (const text of texts) {
    if (isMissing(text)) continue;
    const cell = takeApart(text);
    if (cell === null) continue;
    cells += 1;
    const point = spellPlain(cell.digits, "point");
    const comma = spellPlain(cell.digits, "comma");
    if (point !== null) fits.point += 1;
    if (comma !== null) fits.comma += 1;
    if (point !== null && comma !== null && Number(point) !== Number(comma)) {
      open += 1;
      openSigns[cell.digits.includes(".") ? "." : ","] += 1;
    } else if (/^[1-9]\d{0,2}$/.test(cell.digits)) whole += 1;
    else if (/^\d{4,}$/.test(cell.digits)) large += 1;
  }
  const shown = showDecimal({ fits, cells });
  if (shown !== null || open === 0) return { fits, open, cells, shows: shown };
  // Whole numbers below a thousand beside many with one group of three: thousands, not decimals.
  const groups = openSigns["."] === 0 || openSigns[","] === 0;
  const thousands = groups && open >= GROUPED_LEAST && whole >= 2 && large === 0;
  const sign = openSigns["."] > 0 ? "comma" : "point";
  return { fits, open, cells, shows: thousands ? sign : null };
}

function showDecimal({ fits, cells }: Pick<DecimalEvidence, "fits" | "cells">): DecimalSign | null {
  if (fits.point === cells && fits.comma < cells) return "point";
  return fits.comma === cells && fits.point < cells ? "comma" : null;
}

/**
 * The cells as numbers, with `decimal` as the file's sign where the column shows none.
 *
 * A flag column (yes and no in several languages) is 1 and 0.
 */
export function interpretNumbers(texts: readonly string[], decimal: DecimalSign | null): Numbers {
  const evidence = weighDecimal(texts);
  const sign = evidence.shows ?? decimal ?? "point";
  const values = new Float64Array(texts.length).fill(Number.NaN);
  const currencies = new Set<string>();
  const invalid: number[] = [];
  let percents = 0;
  let thousands = "";
  const plain = texts.map((text, row) => {
    if (isMissing(text)) return "";
    const flag = readFlag(text);
    const cell = flag === null ? takeApart(text) : null;
    const spelled = flag === null ? spellCell(cell, sign) : String(flag);
    if (spelled === null) {
      invalid.push(row);
      return text;
    }
    values[row] = Number(spelled);
    if (cell !== null) {
      if (cell.currency !== "") currencies.add(cell.currency);
      if (cell.percent) percents += 1;
      thousands ||=
        /\d([ ',.])\d{3}(?!\d)/.exec(
          sign === "point" ? cell.digits.replace(/\..*/, "") : cell.digits.replace(/,.*/, ""),
        )?.[1] ?? "";
    }
    return spelled;
  });
  const filled = texts.length - plain.filter((text) => text === "").length;
  const mixed = currencies.size > 1 || (percents > 0 && percents < filled);
  return {
    values,
    plain,
    style: { thousands, currency: [...currencies].join(" and "), percent: percents > 0 },
    invalid,
    ambiguous: (evidence.open > 0 && evidence.shows === null && decimal === null) || mixed,
  };
}

function spellCell(cell: Cell | null, sign: DecimalSign): string | null {
  if (cell === null) return null;
  const digits = spellPlain(cell.digits, sign);
  if (digits === null) return null;
  const sized = cell.percent ? movePoint(digits) : digits;
  return cell.negative ? `-${sized}` : sized;
}

/** A hundredth of a plain number, by its point alone. */
function movePoint(digits: string): string {
  const [mantissa = "", exponent = "0"] = digits.split(/[eE]/);
  return `${mantissa}e${Number(exponent) - 2}`;
}
