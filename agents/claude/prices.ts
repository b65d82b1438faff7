/**
 * What a request costs, in whole nano-dollars, so that sums are exact.
 *
 * I1. Integers only after `computeCost`: 10^-9 dollar resolves every list price per token.
 */
import {
  countInputTokens,
  type ModelRequest,
  type ModelUsage,
} from "../../session/language-model.ts";
import type { Price } from "./settings.ts";

/** An amount of tokens of all kinds and of nano-dollars. */
export interface Amount {
  readonly tokens: number;
  readonly nanos: number;
}

export const NOTHING: Amount = { tokens: 0, nanos: 0 };

const NANOS_PER_USD = 1e9;
const PER_MILLION = 1e6;

export function toNanos(usd: number): number {
  return Math.round(usd * NANOS_PER_USD);
}

export function toUsd(nanos: number): number {
  return nanos / NANOS_PER_USD;
}

export function addAmounts(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens + b.tokens, nanos: a.nanos + b.nanos };
}

/** Nano-dollars of a usage. */
export function computeCost(usage: ModelUsage, price: Price): number {
  const input = countInputTokens(usage);
  const row = price.long !== null && input > price.long.above ? price.long : price;
  const dollars =
    usage.input * row.input +
    usage.output * row.output +
    usage.cacheRead * row.cache_read +
    usage.cacheWrite5m * row.cache_write_5m +
    usage.cacheWrite1h * row.cache_write_1h;
  return Math.round((dollars / PER_MILLION) * NANOS_PER_USD);
}

/** Tokens that the provider adds for the answer's schema and the tools, by far enough. */
const OVERHEAD_TOKENS = 2000;

/**
 * The most that a request can cost: byte-level tokenizers make no more tokens than bytes, and the
 * whole prompt may be written to the dearest cache.
 */
export function computeWorstCase(request: ModelRequest, price: Price): Amount {
  const { system, turns, tools, answer } = request;
  const input = Buffer.byteLength(JSON.stringify([system, turns, tools, answer])) + OVERHEAD_TOKENS;
  const usage = { input: 0, cacheRead: 0, cacheWrite5m: 0, output: request.maxTokens };
  const dear = computeCost({ ...usage, cacheWrite1h: input }, price);
  return { tokens: input + request.maxTokens, nanos: dear };
}
