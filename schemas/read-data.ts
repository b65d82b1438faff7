/**
 * Event data that travel as JSON beside a message, read by the event's schema.
 *
 * I1. What is returned fits the schema whole: every field is there, of its type, and none is there
 *     that the schema does not know.
 * I2. As with Avro resolution, another version may have written it: an unknown field is dropped, a
 *     missing one that has a default gets it.
 */
import type { Avro, AvroRecord } from "./avro.ts";
import { MmmError } from "./errors.ts";
import { EVENT_SCHEMAS, type EventData, type EventType } from "./event.ts";
import { exactness } from "./exact.ts";

/** The data of an event of this type. Throws `event_invalid` naming the field that does not fit. */
export function readEventData<T extends EventType>(type: T, value: unknown): EventData<T> {
  return READERS[type](value, type) as EventData<T>;
}

type Read = (value: unknown, path: string) => unknown;

const READERS = Object.fromEntries(
  Object.entries(EVENT_SCHEMAS).map(([type, schema]) => [type, reader(schema)]),
) as Readonly<Record<EventType, Read>>;

function reader(schema: Avro): Read {
  if (Array.isArray(schema)) {
    const inner = reader(schema[1] as Avro);
    return (value, path) => (value === null ? null : inner(value, path));
  }
  if (typeof schema === "string") return exactReader(schema);
  const named = schema as Exclude<Avro, string | readonly ["null", Avro]>;
  if (named.type === "record") return recordReader(named);
  if (named.type === "enum") return exactReader(named);
  const item = reader(named.items);
  return (value, path) =>
    Array.isArray(value) ? value.map((one, at) => item(one, `${path}.${at}`)) : misfit(path);
}

function exactReader(schema: Avro): Read {
  const fits = exactness(schema);
  return (value, path) => (fits(value) ? value : misfit(path));
}

function recordReader({ fields }: AvroRecord): Read {
  const reads = fields.map((field) => ({ ...field, read: reader(field.type) }));
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return misfit(path);
    const given = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      reads.map(({ name, read, default: otherwise }) => {
        const own = Object.hasOwn(given, name) ? given[name] : otherwise;
        return [name, read(own, `${path}.${name}`)];
      }),
    );
  };
}

function misfit(path: string): never {
  throw new MmmError("event_invalid", `a wrong value at "${path}"`);
}
