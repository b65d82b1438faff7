/**
 * The `agents.claude` section of the settings: which model thinks for whom, how long, how often and
 * for how much money.
 *
 * I1. Every model that a role uses has a price: money cannot be bounded otherwise.
 * I2. No secret is in here; the key comes from the environment.
 */
import { z } from "zod";

/** The four agents and the guard's judge. */
export const THINKERS = [
  "data_scientist",
  "business_analyst",
  "stakeholder",
  "research_persona",
  "guard",
] as const;
export type Thinker = (typeof THINKERS)[number];

const EFFORT = z.enum(["low", "medium", "high"]);

function createThinkerSchema(model: string, effort: z.infer<typeof EFFORT>, maxTokens: number) {
  return z
    .strictObject({
      model: z.string().min(1).max(100).default(model),
      effort: EFFORT.default(effort),
      /** Limit of one answer, thinking included. */
      max_tokens: z.int().min(256).max(20_000).default(maxTokens),
    })
    .prefault({});
}

const ROLES = z.strictObject({
  data_scientist: createThinkerSchema("claude-sonnet-5-5", "medium", 8000),
  business_analyst: createThinkerSchema("claude-sonnet-5-5", "low", 4000),
  stakeholder: createThinkerSchema("claude-sonnet-5-5", "low", 4000),
  research_persona: createThinkerSchema("claude-sonnet-5-5", "low", 3000),
  guard: createThinkerSchema("claude-haiku-5-5", "low", 2000),
});

const PER_MILLION = z.number().nonnegative();

/** Dollars per million tokens. */
const PRICE = z.strictObject({
  input: PER_MILLION,
  output: PER_MILLION,
  cache_read: PER_MILLION,
  cache_write_5m: PER_MILLION,
  cache_write_1h: PER_MILLION,
  /** What a request with more input tokens than `above` costs. */
  long: z
    .strictObject({
      above: z.int().positive(),
      input: PER_MILLION,
      output: PER_MILLION,
      cache_read: PER_MILLION,
      cache_write_5m: PER_MILLION,
      cache_write_1h: PER_MILLION,
    })
    .nullable()
    .default(null),
});
export type Price = z.infer<typeof PRICE>;

/** Cache reads cost 0.1, writes 1.25 (5 minutes) and 2 (1 hour) of the input price. */
function createPriceRow(input: number, output: number) {
  return {
    input,
    output,
    cache_read: input / 10,
    cache_write_5m: input * 1.25,
    cache_write_1h: input * 2,
  };
}

/** List prices of November 2026; a contract's own go into the settings. */
const PRICES: Record<string, z.input<typeof PRICE>> = {
  "claude-haiku-5-5": {
    ...createPriceRow(0.1, 0.5),
    long: { above: 100_000, ...createPriceRow(0.5, 2.5) },
  },
  "claude-sonnet-5-5": createPriceRow(2, 10),
  "claude-opus-5-5": createPriceRow(4, 20),
  "claude-fable-5-1": createPriceRow(10, 50),
};

const BUDGET = {
  /** Null = no limit. Tokens of all kinds, cached ones too. */
  tokens: z.int().nonnegative().nullable(),
  usd: z.number().nonnegative().nullable(),
};

/** When the count starts anew (UTC). */
const PERIOD = z.enum(["ever", "month", "day"]);

const BUDGETS = z.strictObject({
  session: z
    .strictObject({ tokens: BUDGET.tokens.default(2_000_000), usd: BUDGET.usd.default(5) })
    .prefault({}),
  business_unit: z
    .strictObject({
      tokens: BUDGET.tokens.default(null),
      usd: BUDGET.usd.default(null),
      period: PERIOD.default("month"),
    })
    .prefault({}),
  /** Of the guard's judge, all sessions together: its verdicts are shared between them. */
  guard: z
    .strictObject({
      tokens: BUDGET.tokens.default(null),
      usd: BUDGET.usd.default(50),
      period: PERIOD.default("month"),
    })
    .prefault({}),
});

const INSTEAD = z.enum(["builtin", "escalate"]);

/** Schema of the section; `{}` parses to the defaults. */
export const CLAUDE_SETTINGS = z
  .strictObject({
    roles: ROLES.prefault({}),
    /** Off: the guard's semantics do without Claude. On: without its answer nothing is cleared. */
    guard_judge: z.boolean().default(true),
    /** The judge is asked this often; all have to clear. */
    guard_votes: z.int().min(1).max(5).default(1),
    attempt_timeout_s: z.number().positive().max(600).default(60),
    total_timeout_s: z.number().positive().max(3600).default(180),
    /** Of one question with all its requests, repairs, tools and waiting. */
    step_timeout_s: z.number().positive().max(86_400).default(480),
    attempts_max: z.int().min(1).max(10).default(5),
    backoff_ms: z.int().min(1).max(60_000).default(500),
    backoff_ms_max: z.int().min(1).max(300_000).default(20_000),
    concurrency: z.int().min(1).max(1000).default(16),
    /** Of one process; 0 = no limit. */
    tokens_per_minute: z.int().min(0).default(0),
    /** Failures in a row that open the circuit (0 = never), and for how long. */
    breaker_failures: z.int().min(0).max(1000).default(8),
    breaker_cooldown_s: z.number().positive().max(3600).default(30),
    stream: z.boolean().default(false),
    cache_ttl: z.enum(["5m", "1h"]).default("5m"),
    /** Bounds of one Data Scientist task. */
    tools: z
      .strictObject({
        /** Requests to Claude, the last one without tools. */
        turns: z.int().min(1).max(20).default(6),
        evaluations: z.int().min(0).max(10_000).default(150),
        tokens: z.int().min(1000).default(120_000),
        seconds: z.number().positive().max(3600).default(120),
      })
      .prefault({}),
    budgets: BUDGETS.prefault({}),
    on_exhausted: INSTEAD.default("builtin"),
    on_unavailable: INSTEAD.default("builtin"),
    prices: z.record(z.string(), PRICE).prefault(PRICES),
  })
  .check((context) => {
    for (const role of THINKERS) {
      const { model } = context.value.roles[role];
      if (Object.hasOwn(context.value.prices, model)) continue;
      context.issues.push({
        code: "custom",
        input: model,
        path: ["prices", model],
        message: `no price for the model of ${role}; add input, output and cache prices`,
      });
    }
  });

export type ClaudeSettings = z.infer<typeof CLAUDE_SETTINGS>;
