/**
 * What of an event's data counts as said: everything but later fields at their defaults.
 *
 * I1. A field with a default joined its schema after the first version. At the default it says what
 *     was true before it existed, so data with and without it are the same statement: digests and
 *     comparisons of histories do not change when a schema grows.
 */
import type { Avro } from "./avro.ts";
import { canonicalJson } from "./canonical.ts";
import { EVENT_SCHEMAS, type EventType } from "./event.ts";

type Strip = (value: unknown) => unknown;

/** Per event type, null where no field has a default: nothing is to be left out. */
const STRIPS: ReadonlyMap<string, Strip | null> = new Map(
  Object.entries(EVENT_SCHEMAS).map(([type, schema]) => [type, stripper(schema)]),
);

/**
 * The data without fields that are at their defaults, to any depth; the same object where no field of
 * the event has one. What does not fit the schema is left as it is.
 */
export function withoutDefaults(type: EventType, data: unknown): unknown {
  const strip = STRIPS.get(type) ?? null;
  return strip === null ? data : strip(data);
}

function stripper(schema: Avro): Strip | null {
  if (typeof schema === "string") return null;
  if (Array.isArray(schema)) return unlessNull(stripper(schema[1] as Avro));
  const named = schema as Exclude<Avro, string | readonly ["null", Avro]>;
  if (named.type === "enum") return null;
  if (named.type === "array") return forEach(stripper(named.items));
  const fields = named.fields.map(({ name, type, ...field }) => ({
    name,
    strip: stripper(type),
    atDefault: "default" in field ? canonicalJson(field.default) : null,
  }));
  if (fields.every(({ strip, atDefault }) => strip === null && atDefault === null)) return null;
  return (value) => {
    if (!isObject(value)) return value;
    const kept: Record<string, unknown> = { ...value };
    for (const { name, strip, atDefault } of fields) {
      if (!Object.hasOwn(value, name)) continue;
      if (atDefault !== null && canonicalJson(value[name]) === atDefault) delete kept[name];
      else if (strip !== null) kept[name] = strip(value[name]);
    }
    return kept;
  };
}

function unlessNull(strip: Strip | null): Strip | null {
  return strip === null ? null : (value) => (value === null ? null : strip(value));
}

function forEach(strip: Strip | null): Strip | null {
  return strip === null ? null : (value) => (Array.isArray(value) ? value.map(strip) : value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
