/**
 * Which files a session is made of where a person names none: those of the folder, as `mmm init` drafts
 * them.
 *
 * I1. A file that is named must be there; only the unnamed ones may be absent.
 * I2. Of a business context only the unit has no default: `--unit`, the file, else the folder's name.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readJsonFile } from "../../infra/files.ts";
import { MmmError } from "../../schemas/errors.ts";

export const BASELINE_FILE = "baseline_model.json";
export const CONTEXT_FILE = "business_context.json";

/** Characters that a unit's name may have, as the business context says. */
const UNIT_CHARS_MAX = 100;

/** The baseline's file: the named one, else this folder's. Throws `usage` where there is none. */
export function findBaselineFile(named: string | undefined): string {
  if (named !== undefined) return named;
  if (existsSync(BASELINE_FILE)) return BASELINE_FILE;
  throw new MmmError(
    "usage",
    `no ${BASELINE_FILE} in this folder; draft one with mmm init DATA.csv, or name one with --baseline-config`,
  );
}

/** The business context's file: the named one, else the one beside the baseline; null for neither. */
export function findContextFile(named: string | undefined, baseline: string): string | null {
  if (named !== undefined) return named;
  const beside = join(dirname(baseline), CONTEXT_FILE);
  return existsSync(beside) ? beside : null;
}

/** The business context of a session as given, with its unit. */
export function readContextFile(
  file: string | null,
  where: { readonly baseline: string; readonly unit?: string | undefined },
): unknown {
  const given = file === null ? {} : readJsonFile(file);
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  const { $schema: _forEditors, ...context } = given as Record<string, unknown>;
  if (where.unit !== undefined) return { ...context, business_unit: where.unit };
  if (Object.hasOwn(context, "business_unit")) return context;
  return { business_unit: nameUnit(where.baseline), ...context };
}

function nameUnit(baseline: string): string {
  const name = basename(dirname(resolve(baseline))).slice(0, UNIT_CHARS_MAX);
  if (name !== "") return name;
  throw new MmmError("usage", "the business unit has no name; give it with --unit");
}
