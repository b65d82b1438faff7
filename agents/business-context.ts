/**
 * `business_context.json`: what the business knows that the data do not. Strict; every field has a
 * stated default.
 *
 * I1. Revenue and profit are never mixed: `roi_unit` says what the target's units are, `margin`
 *     turns one into the other.
 */
import { z } from "zod";
import { describeError, MmmError } from "../schemas/errors.ts";

const RANGE = z
  .strictObject({
    low: z.number().nonnegative(),
    high: z.number().positive(),
    source: z.string().min(1).max(500),
  })
  .refine((range) => range.low <= range.high, "low is above high");

/** What a business context may hold. */
export const BUSINESS_CONTEXT = z.strictObject({
  /** Where an editor finds the JSON Schema of this document. */
  $schema: z.string().max(2000).optional(),
  business_unit: z.string().min(1).max(100),
  industry: z.string().min(1).max(100).default("unspecified"),
  currency: z.string().min(1).max(10).default("EUR"),
  /** Units of the model's target: revenue, profit, or something that has no money value. */
  roi_unit: z.enum(["revenue", "profit", "units"]).default("revenue"),
  /** Contribution margin: profit per unit of revenue. */
  margin: z.number().gt(0).lte(1).default(0.4),
  /** ROI in the target's units by media type or channel; wins over the settings. */
  roi_benchmarks: z.record(z.string(), RANGE).default({}),
  constraints: z
    .array(
      z
        .strictObject({
          path: z.string().min(1).max(200),
          min: z.number(),
          max: z.number(),
          reason: z.string().min(1).max(500),
        })
        .refine((row) => row.min <= row.max, "min is above max"),
    )
    .max(100)
    .default([]),
  success_criteria: z
    .strictObject({
      /** Validated MAPE (wMAPE where MAPE is undefined), a fraction. */
      mape_max: z.number().positive().default(0.2),
      r2_min: z.number().lte(1).default(0.5),
      /** Share by which the validated error must fall; 0 asks for no improvement. */
      improvement_min: z.number().nonnegative().default(0),
      /** Least probability that a plan gains before budget may follow it. */
      budget_probability_min: z.number().gte(0.5).lt(1).default(0.9),
    })
    .prefault({}),
  objective: z.string().max(2000).default("Improve the validated accuracy of the model."),
});

export type BusinessContext = Omit<z.infer<typeof BUSINESS_CONTEXT>, "$schema">;

/** Parses a business context. Throws `config_invalid` naming the first field that does not fit. */
export function parseBusinessContext(value: unknown): BusinessContext {
  const parsed = BUSINESS_CONTEXT.safeParse(value);
  if (parsed.success) {
    const { $schema: _forEditors, ...context } = parsed.data;
    return context;
  }
  const issue = parsed.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0 ? "the document" : issue.path.join(".");
  throw new MmmError(
    "config_invalid",
    `Business context, ${field}: ${issue?.message ?? "is not valid"}; correct that field`,
  );
}

/** The same from text. */
export function parseBusinessContextText(text: string): BusinessContext {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MmmError(
      "config_invalid",
      `Business context: ${describeError(cause)}; correct the JSON`,
      {
        cause,
      },
    );
  }
  return parseBusinessContext(value);
}

/**
 * The success criteria that a context states itself. What it leaves to the defaults is a yardstick and
 * no demand of the business.
 */
export function listStatedCriteria(value: unknown): ReadonlySet<string> {
  const criteria = readObject(readObject(value).success_criteria);
  return new Set(Object.keys(criteria));
}

function readObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
