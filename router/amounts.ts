/**
 * Numbers in a request: to what, by how much, between which bounds, from what.
 *
 * I1. Decimal point and decimal comma are read; "1,5" is 1.5.
 * I2. "half" and "double" are relative changes of −0.5 and +1.
 */

export interface ParsedAmount {
  /** The value asked for ("to 0.6", "= 0.6", "around 0.6"). */
  readonly target: number | null;
  /** The change asked for, in units of the parameter ("by 0.1"). */
  readonly by: number | null;
  /** The change asked for, as a fraction ("by 10 %", "halve"). */
  readonly relative: number | null;
  /** Bounds asked for ("between 0.2 and 0.5"). */
  readonly range: readonly [number, number] | null;
}

const NUMBER = "([0-9]*[.,]?[0-9]+)";
const RANGE = new RegExp(
  `(?:between|from)?\\s*${NUMBER}\\s*(?:to|-|–|and|until)\\s*${NUMBER}`,
  "iu",
);
const BY_SHARE = new RegExp(`by\\s+(?:about\\s+)?${NUMBER}\\s*(?:%|percent|per cent)`, "iu");
const BY = new RegExp(`by\\s+(?:about\\s+)?${NUMBER}`, "iu");
const FROM_TO = new RegExp(
  `from\\s+${NUMBER}\\s+(?:to|down to|up to)\\s+(?:about\\s+)?${NUMBER}`,
  "iu",
);
const TO = new RegExp(
  `(?:to|at|=|:|->|→|near|about|around|of|auf|decay|alpha|gamma|l2|lr)\\s*(?:about|around|roughly|something like)?\\s*${NUMBER}(?!\\s*(?:%|percent|weeks?|days?|channels?))`,
  "iu",
);

/** A number without a unit. */
const LONE = new RegExp(
  `(?<![\\p{L}\\p{N}_.])${NUMBER}(?!\\s*(?:%|percent|weeks?|days?|channels?|runs?|steps?|folds?|\\p{L}))(?![.,]?\\p{N})`,
  "giu",
);

const NOTHING: ParsedAmount = { target: null, by: null, relative: null, range: null };

/** The first amount in `clause` that fits a form, the most telling form first. */
export function parseAmount(clause: string): ParsedAmount {
  if (/\b(?:halve|half the|cut in half|halbier\w*)\b/iu.test(clause))
    return { ...NOTHING, relative: -0.5 };
  if (/\bdoubl(?:e|ing)\b/iu.test(clause)) return { ...NOTHING, relative: 1 };
  const share = parseNumbers(BY_SHARE.exec(clause));
  if (share[0] !== undefined) return { ...NOTHING, relative: share[0] / 100 };
  const by = parseNumbers(BY.exec(clause));
  if (by[0] !== undefined) return { ...NOTHING, by: by[0] };
  const fromTo = parseNumbers(FROM_TO.exec(clause));
  if (fromTo[1] !== undefined) return { ...NOTHING, target: fromTo[1] };
  const range = parseNumbers(RANGE.exec(clause));
  if (range[0] !== undefined && range[1] !== undefined && range[0] < range[1]) {
    return { ...NOTHING, range: [range[0], range[1]] };
  }
  const to = parseNumbers(TO.exec(clause));
  if (to[0] !== undefined) return { ...NOTHING, target: to[0] };
  const all = [...clause.matchAll(LONE)];
  return all.length === 1
    ? { ...NOTHING, target: parseNumbers(all[0] ?? null)[0] ?? null }
    : NOTHING;
}

function parseNumbers(match: RegExpExecArray | null): number[] {
  return (match ?? []).slice(1).map((text) => Number(text.replace(",", ".")));
}
