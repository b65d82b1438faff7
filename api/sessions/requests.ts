/**
 * Bodies that callers send about sessions, parsed strictly. Who acts is never among them.
 */
import { z } from "zod";

export const TEXT_CHARS_MAX = 20_000;

const LIMITS = z.strictObject({
  max_iterations: z.int().min(1).max(1_000).optional(),
  convergence_threshold: z.number().min(0).max(1).optional(),
  patience: z.int().min(1).max(1_000).optional(),
  evaluations_per_iteration: z.int().min(1).max(100_000).optional(),
  agent_timeout_s: z.int().min(0).max(86_400).optional(),
  person_timeout_s: z.int().min(0).max(2_592_000).optional(),
  person_default: z.enum(["keep_current", "abort"]).optional(),
});

export const START_REQUEST = z.strictObject({
  baseline: z
    .record(z.string(), z.unknown())
    .meta({ description: "baseline_model.json; data.path may be what an upload answered" }),
  business_context: z
    .looseObject({ business_unit: z.string().min(1).max(100) })
    .meta({ description: "business_context.json" }),
  limits: LIMITS.default({}),
  seed: z.int().min(0).max(2_147_483_647).default(1),
});
export type StartRequest = z.infer<typeof START_REQUEST>;

export const PROPOSAL = z.strictObject({ text: z.string().min(1).max(TEXT_CHARS_MAX) });

export const DECISION = z.strictObject({
  escalation: z.string().min(1).max(60),
  choice: z.enum(["resume", "keep_current", "abort"]),
  instruction: z.string().max(TEXT_CHARS_MAX).nullable().default(null),
  reason: z.string().min(1).max(2_000),
});
export type Decision = z.infer<typeof DECISION>;

export const CANCELLATION = z
  .strictObject({ reason: z.string().min(1).max(2_000).default("cancelled on request") })
  .prefault({});

/** Idempotency-Key as the header carries it. */
export const IDEMPOTENCY_KEY = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, "Idempotency-Key: 1 to 200 printable characters without spaces");
