/**
 * The methodology specification: what of a model's configuration is protected, what may be tuned
 * and how far. The file `methodology_spec.json` is the shipped one; this reads it and any other.
 *
 * Owns: the form of a specification, its digest, which entry a path belongs to. Not: judging a
 * proposal (`rules.ts`, `signature-rules.ts`).
 *
 * I1. Closed world: a path is tunable only if an entry of `tunable` names it; all else is protected.
 * I2. A specification that contradicts itself is refused when it is read, not when it is used.
 * I3. Ranges are inclusive. `hard` is the border of what can be cleared; `soft` lies within it and is
 *     what published work finds.
 */
import { z } from "zod";
import { MEDIA_TYPES } from "../../model/media-types.ts";
import { type Json, computeDigest } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import shipped from "../methodology_spec.json" with { type: "json" };
import { parseStrictJson } from "../../schemas/strict-json.ts";

export const FIELDS = [
  "identity",
  "adstock",
  "carryover_range",
  "saturation",
  "architecture",
  "baseline",
  "regularization",
  "evaluation",
  "data",
  "inference",
  "calibration",
  "governance",
] as const;

/** What a protected or tunable path is about; citations hang on it. */
export type Field = (typeof FIELDS)[number];

const FIELD = z.enum(FIELDS);
const PATH = z.string().regex(/^[a-z0-9_]+(?:\.(?:[a-z0-9_]+|\*))*$/);
const INTERVAL = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, { message: "the lower end is above the upper end" });
const RANGE = z
  .strictObject({ soft: INTERVAL, hard: INTERVAL })
  .refine(({ soft, hard }) => hard[0] <= soft[0] && soft[1] <= hard[1], {
    message: "the soft range leaves the hard range",
  });

const PROTECTED = z.strictObject({
  path: PATH,
  field: FIELD,
  protects: z.string().min(1),
  required: z.union([z.string(), z.number(), z.boolean()]).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

const TUNABLE = z.strictObject({
  path: PATH,
  unit: z.string().min(1),
  field: FIELD,
  integer: z.boolean(),
  /** `media_type`: the range of `decay_per_week` for the channel's medium, in the data's period. */
  range: z.union([z.literal("media_type"), RANGE]),
});

const EXCEPTION = z.strictObject({
  mechanism: z.enum(["carryover", "saturation"]),
  media_types: z.array(z.enum(MEDIA_TYPES)).min(1),
  reason: z.string().min(1),
});

const SIGNATURE = z.strictObject({
  /** Least share of effect after the first week, mean over channels; and per channel not excepted. */
  carryover_mean_min: z.number().min(0).max(1),
  /** Largest weight of the last lag relative to the first; above it carryover is a flat average. */
  kernel_flatness_max: z.number().min(0).max(1),
  /** Least departure of a response curve from a straight line over the observed spend. */
  curvature_min: z.number().min(0).max(1),
  /** The same, mean over channels. */
  curvature_mean_min: z.number().min(0).max(1),
  /** Share by which ridge shrinks a channel that stands alone, λ/(1+λ). */
  shrinkage_share: INTERVAL,
  /** From so many channels of different media on, equal parameters everywhere are a violation. */
  tied_channels_min: z.int().min(2),
  /** Parameters that differ by no more than this are equal; decay per week. */
  tied_tolerance: z.strictObject({
    decay: z.number().min(0),
    alpha: z.number().min(0),
    gamma: z.number().min(0),
  }),
  /** Mean place of the decays in their hard ranges, 0 the low end, 1 the high one. */
  carryover_position_mean: INTERVAL,
  /** Least return of the next unit over that of all units so far, at the top of the observed spend. */
  elasticity_min: z.number().min(0),
  /** Most of it in the mean over channels: from 1 on nothing has begun to saturate. */
  elasticity_mean_max: z.number().min(0),
  /** Least share of the pinned baseline's mean that must be left. */
  drift: z.strictObject({
    carryover_ratio_min: z.number().min(0).max(1),
    curvature_ratio_min: z.number().min(0).max(1),
    /** Elasticity of a channel, and in the mean, as a multiple of the pinned baseline's. */
    elasticity_ratio: INTERVAL,
    elasticity_mean_ratio: INTERVAL,
  }),
});

/** The fields of a specification, for the parser and for its published schema. */
export const SPECIFICATION = z
  .strictObject({
    name: z.string().min(1),
    version: z.int().positive(),
    fields: z.record(
      FIELD,
      z.strictObject({ citations: z.array(z.string()).min(1), breaks: z.string().min(1) }),
    ),
    protected: z.array(PROTECTED).min(1),
    tunable: z.array(TUNABLE).min(1),
    decay_per_week: z.record(z.enum(MEDIA_TYPES), RANGE),
    exceptions: z.array(EXCEPTION),
    signature: SIGNATURE,
    text: z.strictObject({ reasoning_characters_max: z.int().positive() }),
  })
  .superRefine((spec, context) => {
    const paths = [...spec.protected, ...spec.tunable].map((entry) => entry.path);
    const repeated = paths.find((path, at) => paths.indexOf(path) !== at);
    if (repeated !== undefined) {
      context.addIssue({ code: "custom", message: `two entries for ${repeated}` });
    }
  });

export type ProtectedEntry = z.infer<typeof PROTECTED>;
export type TunableEntry = z.infer<typeof TUNABLE>;
type SpecificationContent = z.infer<typeof SPECIFICATION>;

export interface Specification extends SpecificationContent {
  /** SHA-256 of the canonical JSON of the whole document. */
  readonly digest: string;
}

/**
 * Reads a specification from text.
 * @throws MmmError `config_invalid` when it is not one, JsonRefused when it is not strict JSON
 */
export function parseSpecification(text: string): Specification {
  return validateSpecification(parseStrictJson(text));
}

function validateSpecification(value: Json): Specification {
  const parsed = SPECIFICATION.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new MmmError(
      "config_invalid",
      `Methodology specification, ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
      { cause: parsed.error },
    );
  }
  return { ...parsed.data, digest: computeDigest(value) };
}

/** Digest of the shipped file; whoever changes the methodology changes it here as well. */
const SHIPPED_DIGEST = "a37c771e8a925ada554142ef6f898e8e7f14f7c0675234aec9b52f954ca7bb08";

/**
 * The shipped specification.
 * @throws MmmError `config_invalid` when the file was truncated or altered
 */
export const SPECIFICATION_SHIPPED: Specification = asShipped(
  validateSpecification(shipped as Json),
);

function asShipped(spec: Specification): Specification {
  if (spec.digest === SHIPPED_DIGEST) return spec;
  throw new MmmError(
    "config_invalid",
    `Methodology specification: altered (digest ${spec.digest}, shipped with ${SHIPPED_DIGEST}); install the package again`,
  );
}

/** The entry that makes a path tunable, or null. */
export function findTunableEntry(spec: Specification, path: string): TunableEntry | null {
  const parts = path.split(".");
  return spec.tunable.find((entry) => isPathMatch(entry.path.split("."), parts)) ?? null;
}

function isPathMatch(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, at) => part === "*" || part === parts[at])
  );
}

/** The most specific entry that protects a path, or null when none names it. */
export function findProtectedEntry(spec: Specification, path: string): ProtectedEntry | null {
  let best: ProtectedEntry | null = null;
  for (const entry of spec.protected) {
    const covers = path === entry.path || path.startsWith(`${entry.path}.`);
    if (covers && entry.path.length > (best?.path.length ?? -1)) best = entry;
  }
  return best;
}
