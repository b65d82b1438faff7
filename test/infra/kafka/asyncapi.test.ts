import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { buildAsyncapiDocument } from "../../../infra/kafka/asyncapi.ts";
import { EVENT_TYPES } from "../../../schemas/event.ts";
import { TOPIC_ROWS } from "../../../schemas/topics.ts";

const require = createRequire(import.meta.url);
const document = buildAsyncapiDocument({ version: "1.0.0" });

/** The official JSON schema of AsyncAPI 3.0.0, bindings included. */
function faults(value: unknown): unknown[] {
  const schema = require("@asyncapi/specs/schemas/3.0.0-without-$id.json") as object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

/** Every `$ref` in a value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" ? [String(member)] : refsOf(member),
  );
}

describe("asyncapiDocument()", () => {
  test("is valid against AsyncAPI's own schema", () => {
    expect(faults(document)).toEqual([]);
  });

  test("is checked by a schema that sees faults", () => {
    expect(faults({ ...document, asyncapi: "2.6.0" })).not.toEqual([]);
    expect(faults({ ...document, channels: { x: { address: 5 } } })).not.toEqual([]);
  });

  test("has a channel for every topic and a message for every event", () => {
    const { channels, components } = document as {
      channels: Record<string, unknown>;
      components: { messages: Record<string, unknown> };
    };
    expect(Object.keys(channels)).toEqual(TOPIC_ROWS.map((row) => row.topic));
    for (const type of EVENT_TYPES) expect(components.messages).toHaveProperty(type);
  });

  test("refers only to what is in it", () => {
    for (const ref of refsOf(document)) {
      const found = ref
        .slice(2)
        .split("/")
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], document);
      expect(found, ref).toBeDefined();
    }
  });
});
