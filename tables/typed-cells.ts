/**
 * Values that a file holds as numbers and dates, as texts that have one reading.
 */

/** Digits of a number; one with three decimals gets a fourth, so that its point is no thousands sign. */
export function spellNumber(value: number | bigint): string {
  const text = String(value);
  return /^-?[1-9]\d{0,2}\.\d{3}$/.test(text) ? `${text}0` : text;
}

/** The day of a date without time, else day and time with `zone` behind. */
export function spellDate(value: Date, zone: "" | "Z"): string {
  if (Number.isNaN(value.getTime())) return "";
  const text = value.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}${zone}`;
}
