/** Parsers of option values: strict, with the remedy in the message. */
import { InvalidArgumentError } from "commander";

/** A positive whole number. */
export function parseCount(text: string): number {
  const value = parseInteger(text);
  if (value < 1) throw new InvalidArgumentError("must be 1 or more");
  return value;
}

/** A whole number of at most 2^53. */
export function parseInteger(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("must be a whole number");
  }
  return value;
}

/** A number in 0 … 1. */
export function parseFraction(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0 || value > 1) {
    throw new InvalidArgumentError("must be a number in 0 … 1");
  }
  return value;
}

/** One of some words. */
export function createChoiceParser<const W extends string>(
  ...words: readonly W[]
): (text: string) => W {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new InvalidArgumentError(`must be one of ${words.join(", ")}`);
    return word;
  };
}

/** A number of zero or more. */
export function parseNonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("must be a number of 0 or more");
  }
  return value;
}

/** A date, or a date and time with its zone (RFC 3339), in the form events have. */
export function parseInstant(text: string): string {
  const form = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;
  const at = form.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError("must be a time such as 2026-11-22T21:00:00Z, or a date");
  }
  return new Date(at).toISOString();
}
