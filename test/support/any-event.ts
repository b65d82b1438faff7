/** Arbitrary events, made from the schemas themselves. */
import fc from "fast-check";
import type { Avro, AvroField } from "../../schemas/avro.ts";
import { EVENT_SCHEMAS, EVENT_TYPES, type Event, type EventType } from "../../schemas/event.ts";

const PRIMITIVES: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  int: () => fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  long: () => fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }),
  double: () => fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  string: () => fc.string({ maxLength: 40, unit: "grapheme" }),
};

function valueOf(schema: Avro): fc.Arbitrary<unknown> {
  if (typeof schema === "string") return (PRIMITIVES[schema] as () => fc.Arbitrary<unknown>)();
  if (Array.isArray(schema)) return fc.option(valueOf(schema[1] as Avro), { nil: null });
  const named = schema as Exclude<Avro, string | readonly ["null", Avro]>;
  if (named.type === "array") return fc.array(valueOf(named.items), { maxLength: 3 });
  if (named.type === "enum") return fc.constantFrom(...named.symbols);
  return recordOf(named.fields);
}

function recordOf(fields: readonly AvroField[]): fc.Arbitrary<unknown> {
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field.type)])));
}

/** Any event of any type, or of one type. */
export function anyEvent(type?: EventType): fc.Arbitrary<Event> {
  const types = type === undefined ? fc.constantFrom(...EVENT_TYPES) : fc.constant(type);
  return types.chain((chosen) =>
    valueOf(EVENT_SCHEMAS[chosen]).map((data) => ({ type: chosen, data }) as Event),
  );
}
