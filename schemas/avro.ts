/**
 * Avro schemas as TypeScript constants, and the type that each one describes.
 *
 * I1. A schema is written once; its TypeScript type is derived, never repeated by hand.
 * I2. Unions are only "null or one other type", so a value reads the same in both worlds.
 * I3. Enums carry a default symbol `UNKNOWN`: an older reader survives a newer writer.
 */

/** The part of Avro 1.12 that the product's events use. */
export type Avro =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "double"
  | "bytes"
  | "string"
  | readonly ["null", Avro]
  | { readonly type: "array"; readonly items: Avro }
  | {
      readonly type: "enum";
      readonly name: string;
      readonly symbols: readonly string[];
      readonly default: string;
    }
  | AvroRecord;

export interface AvroField {
  readonly name: string;
  readonly type: Avro;
  readonly doc?: string;
  readonly default?: unknown;
}

export interface AvroRecord {
  readonly type: "record";
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

interface Primitives {
  null: null;
  boolean: boolean;
  int: number;
  long: number;
  double: number;
  bytes: Uint8Array;
  string: string;
}

/** The TypeScript type of the values of schema `S`. */
export type TypeOf<S> = S extends keyof Primitives
  ? Primitives[S]
  : S extends readonly ["null", infer T]
    ? TypeOf<T> | null
    : S extends { readonly type: "array"; readonly items: infer T }
      ? readonly TypeOf<T>[]
      : S extends { readonly type: "enum"; readonly symbols: readonly (infer T)[] }
        ? T
        : S extends { readonly type: "record"; readonly fields: infer F }
          ? F extends readonly AvroField[]
            ? { readonly [K in F[number] as K["name"]]: TypeOf<K["type"]> }
            : never
          : never;

/**
 * The schema as JSON for the Avro libraries: a named type is spelled out where it first occurs and
 * referred to by name afterwards, as the specification asks (Avro 1.12, "Names").
 */
export function toAvsc(schema: Avro, seen: Set<string> = new Set()): unknown {
  if (typeof schema === "string") return schema;
  if (Array.isArray(schema)) return schema.map((branch: Avro) => toAvsc(branch, seen));
  const named = schema as Exclude<Avro, string | readonly ["null", Avro]>;
  if (named.type === "array") return { type: "array", items: toAvsc(named.items, seen) };
  if (seen.has(named.name)) return named.name;
  seen.add(named.name);
  if (named.type === "enum") return named;
  return {
    ...named,
    namespace: "mmm",
    fields: named.fields.map((field) => ({ ...field, type: toAvsc(field.type, seen) })),
  };
}
