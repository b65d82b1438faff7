/**
 * The `api` section of the settings: where the server listens, whom it lets in, what it bounds.
 *
 * I1. No secret stands here: API keys as SHA-256 of the key, tokens as public keys.
 * I2. Without keys nothing but loopback is listened on.
 */
import { z } from "zod";
import { SCOPES } from "./principal.ts";

const UNITS = z.union([z.literal("all"), z.array(z.string().min(1).max(100)).min(1).max(1000)]);

const API_KEY = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/),
  /** SHA-256 of the key, hexadecimal, as `mmm api-key` prints it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  business_units: UNITS,
});

const JWT = z.strictObject({
  issuer: z.string().min(1).max(500),
  audience: z.string().min(1).max(500),
  jwks_url: z.url().optional(),
  /** Public keys as JWK, where there is no JWKS. */
  keys: z.array(z.record(z.string(), z.unknown())).max(32).default([]),
  algorithms: z
    .array(z.enum(["EdDSA", "Ed25519", "ES256", "ES384", "RS256", "PS256"]))
    .min(1)
    .default(["EdDSA", "Ed25519", "ES256", "RS256"]),
  /** Oldest token accepted, by `iat`. */
  max_age_s: z.int().min(60).max(86_400).default(3_600),
  clock_tolerance_s: z.int().min(0).max(300).default(30),
  /** True: a token with `jti` may change something once; a replayed one is refused. */
  single_use: z.boolean().default(false),
});

const LIMITS = z.strictObject({
  requests_per_minute: z.int().min(1).max(10_000_000).default(6_000),
  /** Refused log-ins by address. */
  failures_per_minute: z.int().min(1).max(100_000).default(60),
  streams_per_caller: z.int().min(1).max(100_000).default(1_000),
  body_bytes: z.int().min(1_024).max(67_108_864).default(2_097_152),
  upload_bytes: z.int().min(1_024).max(268_435_456).default(67_108_864),
  /** Time a client has to send its request. */
  request_timeout_ms: z.int().min(100).max(600_000).default(30_000),
});

const QUOTA = z.strictObject({
  /** Sessions of one unit that run or wait at once. */
  running_max: z.int().min(1).max(100_000).default(8),
  /** Share of the whole when units compete. */
  weight: z.int().min(1).max(1_000).default(1),
});

const INTAKE = z.strictObject({
  /** Sessions that run or wait at once, all units together. */
  running_max: z.int().min(1).max(1_000_000).default(32),
  queue_max: z.int().min(1).max(1_000_000).default(10_000),
  default: QUOTA.prefault({}),
  business_units: z.record(z.string().min(1).max(100), QUOTA).default({}),
});

const PUSH = z.strictObject({
  /** `scheme://host[:port]` of webhooks that may be called; empty = no push notifications. */
  allow_origins: z.array(z.url()).max(1_000).default([]),
  timeout_ms: z.int().min(100).max(60_000).default(5_000),
});

const DAYS = z.int().min(1).max(36_500);

const KEEP = z.strictObject({
  /** Marks of what was done: what a repeated Idempotency-Key or messageId is recognised by. */
  requests_days: DAYS.default(30),
  /** Webhooks, from the first one of their task on. */
  webhooks_days: DAYS.default(30),
  /** Uploaded files that no open session needs, from their last use on. */
  uploads_days: DAYS.default(90),
});

/** A floor and a ceiling; null: as high as the field itself goes, 0 (no limit) included. */
const createRange = (min: number, max: number | null) =>
  z
    .strictObject({ min: z.int().min(0), max: z.int().min(0).nullable() })
    .refine((range) => range.max === null || range.min <= range.max, { message: "min above max" })
    .default({ min, max });

/** What a caller may ask for of a session; a request outside is refused (422). */
const BOUNDS = z.strictObject({
  max_iterations: createRange(1, 100),
  patience: createRange(1, 100),
  evaluations_per_iteration: createRange(1, 20_000),
  agent_timeout_s: createRange(10, 86_400),
  /** Below, an escalation decides itself before anybody has read it. */
  person_timeout_s: createRange(600, null),
  person_default: z
    .array(z.enum(["keep_current", "abort"]))
    .min(1)
    .default(["keep_current", "abort"]),
});

/** Schema of the section; `{}` parses to the defaults. */
export const API_SETTINGS = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(8_080),
  /** Address others reach the server under, for the agent card; the listening one by default. */
  public_url: z.url().optional(),
  keys: z.array(API_KEY).max(1_000).default([]),
  jwt: JWT.optional(),
  /** Addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed. */
  trusted_proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default([]),
  cors_origins: z.array(z.url()).max(100).default([]),
  /** Folders that a session's data file may lie in; uploads are always allowed. */
  data_roots: z.array(z.string().min(1)).max(100).default([]),
  limits: LIMITS.prefault({}),
  bounds: BOUNDS.prefault({}),
  intake: INTAKE.prefault({}),
  push: PUSH.prefault({}),
  keep: KEEP.prefault({}),
});

export type ApiSettings = z.infer<typeof API_SETTINGS>;
export type IntakeSettings = ApiSettings["intake"];
export type JwtSettings = z.infer<typeof JWT>;
