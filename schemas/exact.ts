/**
 * Whether a datum survives Avro as it is: valid, whole, and equal after encoding and decoding.
 *
 * I1. Stricter than the codec's own check: what is refused here may still be encodable (a text with
 *     a lone surrogate, a field left to its default); what is passed is valid and comes back equal.
 */
import type { Avro, AvroRecord } from "./avro.ts";

type Check = (value: unknown) => boolean;

const LONG_MAX = 2 ** 52 - 1;

const PRIMITIVES: Readonly<Record<string, Check>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  int: (value) => typeof value === "number" && (value | 0) === value && !Object.is(value, -0),
  long: (value) =>
    Number.isInteger(value) && Math.abs(value as number) <= LONG_MAX && !Object.is(value, -0),
  double: Number.isFinite,
  string: (value) => typeof value === "string" && value.isWellFormed(),
  // A reader gets a Buffer whatever was given.
  bytes: () => false,
};

/** The check for a schema, made once. */
export function createExactCheck(schema: Avro): Check {
  if (typeof schema === "string") return PRIMITIVES[schema] as Check;
  if (Array.isArray(schema)) {
    const inner = createExactCheck(schema[1] as Avro);
    return (value) => value === null || inner(value);
  }
  const named = schema as Exclude<Avro, string | readonly ["null", Avro]>;
  if (named.type === "record") return createRecordCheck(named);
  if (named.type === "enum") {
    const symbols = new Set<unknown>(named.symbols);
    return (value) => symbols.has(value);
  }
  const item = createExactCheck(named.items);
  return (value) => Array.isArray(value) && value.every(item);
}

function createRecordCheck({ fields }: AvroRecord): Check {
  const checks = fields.map(({ name, type }) => ({ name, check: createExactCheck(type) }));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const record = value as Readonly<Record<string, unknown>>;
    for (const { name, check } of checks) if (!check(record[name])) return false;
    return Object.keys(record).length === checks.length;
  };
}
