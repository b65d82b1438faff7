/**
 * The JSON Schemas of the files that people write and read, made from what the program parses with, and
 * the field reference made from them.
 *
 * I1. What the program accepts is generated (zod), never written again; only descriptions are written.
 * I2. The results' schema is made from the published schemas of the events that they hold.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { BUSINESS_CONTEXT } from "../../../agents/business-context.ts";
import { SETTINGS_FIELDS } from "../../../app/settings.ts";
import { SPECIFICATION } from "../../../guard/specification/specification.ts";
import { BASELINE_FIELDS } from "../../../model/config.ts";
import { listSchemas } from "../../../schemas/codec.ts";
import {
  BASELINE_DESCRIPTIONS,
  CONTEXT_DESCRIPTIONS,
  METHODOLOGY_DESCRIPTIONS,
  RESULTS_DESCRIPTIONS,
  SHARED_DESCRIPTIONS,
} from "./descriptions.ts";

export interface JsonSchema {
  [key: string]: unknown;
  type?: string | readonly string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
}

export const SCHEMA_FOLDER = "schemas/json";
const SETTINGS_FILE = "config/settings.yaml";

/** The documents with a schema, in the order of the reference. */
export const DOCUMENTS = [
  "baseline_model",
  "business_context",
  "settings",
  "methodology_spec",
  "optimization_results",
] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** The schema of a document. */
export function buildJsonSchema(name: DocumentName): JsonSchema {
  const title = `mmm-optimizer: ${name}`;
  if (name === "optimization_results") return { ...buildResultsSchema(), title };
  const source = {
    baseline_model: { fields: BASELINE_FIELDS, said: BASELINE_DESCRIPTIONS },
    business_context: { fields: BUSINESS_CONTEXT, said: CONTEXT_DESCRIPTIONS },
    settings: { fields: SETTINGS_FIELDS, said: readSettingsComments() },
    methodology_spec: { fields: SPECIFICATION, said: METHODOLOGY_DESCRIPTIONS },
  }[name];
  const schema = z.toJSONSchema(source.fields, {
    io: "input",
    target: "draft-7",
    reused: "inline",
  }) as JsonSchema;
  for (const [path, field] of listSchemaFields(schema)) {
    const text = describeField(path, source.said);
    if (text !== undefined) field.description ??= text;
    if (name === "settings" && path === "log.tls") allowTlsWords(field);
  }
  // The unit is asked for by the program's parser; the folder's name stands in for it.
  if (name === "business_context") delete schema.required;
  return { title, ...schema };
}

/** Words that stand for files are read before zod sees the value, so its schema does not know them. */
function allowTlsWords(field: JsonSchema): void {
  field.anyOf = [{ enum: [true, false, "true", "false"] }, ...(field.anyOf ?? [])];
}

function describeField(path: string, said: Readonly<Record<string, string>>): string | undefined {
  const end = path.slice(path.lastIndexOf("."));
  return said[path] ?? (path.startsWith("posterior.") ? SHARED_DESCRIPTIONS[end] : undefined);
}

/** All fields below a schema with their paths; `[]` is a member of a list, `*` any name. */
export function listSchemaFields(schema: JsonSchema, at = ""): [path: string, JsonSchema][] {
  const found: [string, JsonSchema][] = [];
  for (const one of schema.anyOf ?? []) found.push(...listSchemaFields(one, at));
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const path = at === "" ? name : `${at}.${name}`;
    found.push([path, field], ...listSchemaFields(field, path));
  }
  if (schema.items !== undefined) found.push(...listSchemaFields(schema.items, `${at}[]`));
  const { additionalProperties: any } = schema;
  if (typeof any === "object") found.push(...listSchemaFields(any, `${at}.*`));
  return found;
}

/** The comments of the shipped settings, by path: they say there what a value is for. */
function readSettingsComments(): Record<string, string> {
  const said: Record<string, string> = {
    $schema: "where an editor finds the JSON Schema of this file",
  };
  const path: { indent: number; name: string }[] = [];
  for (const line of readFileSync(SETTINGS_FILE, "utf8").split("\n")) {
    const [, spaces, name, comment] = /^( *)([\w$]+):.*?(?:\s# (.*))?$/.exec(line) ?? [];
    if (spaces === undefined || name === undefined) continue;
    while ((path.at(-1)?.indent ?? -1) >= spaces.length) path.pop();
    path.push({ indent: spaces.length, name });
    if (comment !== undefined) said[path.map((part) => part.name).join(".")] = comment;
  }
  return said;
}

const TEXT: JsonSchema = { type: "string" };
const NUMBER: JsonSchema = { type: "number" };
const BOOLEAN: JsonSchema = { type: "boolean" };
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [{ type: "null" }, schema] });

function createRecordSchema(properties: Record<string, JsonSchema>): JsonSchema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

type Avro = string | readonly Avro[] | { readonly [key: string]: unknown };

/** An Avro schema as JSON Schema; named types are written where they are first met and kept. */
function convertAvro(avro: Avro, named: Map<string, JsonSchema>): JsonSchema {
  if (typeof avro === "string") return named.get(avro) ?? AVRO_TYPES[avro] ?? {};
  if (Array.isArray(avro)) {
    return { anyOf: (avro as readonly Avro[]).map((one) => convertAvro(one, named)) };
  }
  const of = avro as { readonly [key: string]: unknown };
  if (of["type"] === "array") {
    return { type: "array", items: convertAvro(of["items"] as Avro, named) };
  }
  if (of["type"] === "map") {
    return { type: "object", additionalProperties: convertAvro(of["values"] as Avro, named) };
  }
  if (of["type"] === "enum") return keepNamed(of, { enum: of["symbols"] as string[] }, named);
  if (of["type"] !== "record") return convertAvro(of["type"] as Avro, named);
  const fields = of["fields"] as { name: string; type: Avro; doc?: string }[];
  const properties = Object.fromEntries(
    fields.map(({ name, type, doc }) => [
      name,
      { ...convertAvro(type, named), ...(doc === undefined ? {} : { description: doc }) },
    ]),
  );
  return keepNamed(of, createRecordSchema(properties), named);
}

const AVRO_TYPES: Readonly<Record<string, JsonSchema>> = {
  null: { type: "null" },
  boolean: BOOLEAN,
  int: { type: "integer" },
  long: { type: "integer" },
  double: NUMBER,
  string: TEXT,
};

function keepNamed(
  of: { readonly [key: string]: unknown },
  schema: JsonSchema,
  named: Map<string, JsonSchema>,
): JsonSchema {
  named.set(String(of["name"]), schema);
  return schema;
}

function buildResultsSchema(): JsonSchema {
  const named = new Map<string, JsonSchema>();
  for (const { schemaJson } of listSchemas()) convertAvro(JSON.parse(schemaJson) as Avro, named);
  const find = (name: string): JsonSchema => {
    const schema = named.get(name);
    if (schema === undefined) throw new Error(`no published schema of ${name}`);
    return schema;
  };
  const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });
  const whole = { type: "integer", minimum: 0 };
  const nulls = (names: readonly string[], schema: JsonSchema): Record<string, JsonSchema> =>
    Object.fromEntries(names.map((name) => [name, orNull(schema)]));
  const open = (schema: JsonSchema): JsonSchema => ({ ...schema, additionalProperties: true });
  const schema = createRecordSchema({
    session: TEXT,
    business_unit: TEXT,
    status: TEXT,
    ...nulls(["reason", "decision"], TEXT),
    seed: { type: "integer" },
    methodology: createRecordSchema({
      ...nulls(["digest_start", "digest_end", "spec_digest", "data_digest"], TEXT),
      ...nulls(["unchanged", "data_unchanged"], BOOLEAN),
    }),
    validation: createRecordSchema({
      ...nulls(["baseline", "final"], find("Metrics")),
      gain: orNull({ type: "object" }),
    }),
    locked_test: orNull(find("LockedTestEvaluated")),
    forecast: createRecordSchema({
      by: TEXT,
      ...nulls(["locked_error", "posterior_locked_error"], NUMBER),
    }),
    changes: list(createRecordSchema({ path: TEXT, from: NUMBER, to: NUMBER })),
    iterations: list(find("IterationCompleted")),
    convergence: createRecordSchema({
      score: NUMBER,
      ...nulls(["solver", "roi_stability", "search"], NUMBER),
    }),
    counts: createRecordSchema({
      ...Object.fromEntries(
        [
          ["iterations", "proposals_tried", "evaluations", "vetoes", "rejections"],
          ["escalations", "input_tokens", "output_tokens"],
        ]
          .flat()
          .map((name) => [name, whole]),
      ),
      cost_usd: { type: "number", minimum: 0 },
    }),
    model: orNull(find("ModelTrained")),
    posterior: orNull({ type: "object" }),
    review: orNull(find("BusinessReviewed")),
    deployment: orNull(open(withoutField(find("DeploymentDecided"), "grounds"))),
    final_config: orNull({ type: "object" }),
    history: createRecordSchema({ records: whole, head: TEXT, digest: TEXT, sealed: BOOLEAN }),
  });
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const text = RESULTS_DESCRIPTIONS[name];
    if (text !== undefined) (schema.properties ?? {})[name] = { ...field, description: text };
  }
  return { $schema: "http://json-schema.org/draft-07/schema#", ...schema };
}

function withoutField(schema: JsonSchema, name: string): JsonSchema {
  const { [name]: _left, ...properties } = schema.properties ?? {};
  const required = (schema.required ?? []).filter((field) => field !== name);
  return { ...schema, properties, required };
}

/** docs/FIELDS.md. */
export function writeFieldReference(): string {
  const parts = DOCUMENTS.map((name) => {
    const schema = buildJsonSchema(name);
    const fields =
      name === "optimization_results"
        ? listSchemaFields(schema).filter(([path]) => path.split(".").length <= 2)
        : listSchemaFields(schema);
    const first = new Map(fields.toReversed());
    const rows = [...new Set(fields.map(([path]) => path))].map((path) =>
      formatFieldRow(path, first.get(path) ?? {}, isRequired(schema, path)),
    );
    return [
      `## ${name}`,
      "",
      `${ABOUT[name]} JSON Schema: [\`${SCHEMA_FOLDER}/${name}.schema.json\`](../${SCHEMA_FOLDER}/${name}.schema.json).`,
      "",
      "| field | value | default | what it is |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n");
  });
  return `${HEAD}\n${parts.join("\n\n")}\n`;
}

const HEAD = `# Fields

Every field of the files that people write and read. Made from what the program parses with, by \`npm run
fields:publish\`; a test holds it. \`mmm init DATA.csv\` drafts the first two from a data file. Unknown keys are
errors. Each file may name its schema under \`$schema\`, so that editors complete and check it.
`;

const ABOUT: Readonly<Record<DocumentName, string>> = {
  baseline_model: "`baseline_model.json`: the data and how they are modelled.",
  business_context:
    "`business_context.json`: what the business knows that the data do not. The file is optional.",
  settings: "`config/settings.yaml`: how the program works on this machine.",
  methodology_spec:
    "`guard/methodology_spec.json`: what is protected, what may be tuned and how far. Shipped; its digest is in every session.",
  optimization_results: "`optimization_results.json`: what a session came to (two levels shown).",
};

/** Whether all that holds the field holds it always; fields of optional parts are asked for inside them. */
function isRequired(schema: JsonSchema, path: string): boolean {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) return schema.required?.includes(name.replace("[]", "")) ?? false;
  const member = name.endsWith("[]");
  const inner = schema.properties?.[name.replace("[]", "")];
  const next = member ? inner?.items : inner;
  return next !== undefined && isRequired(next, rest.join("."));
}

function formatFieldRow(path: string, field: JsonSchema, required: boolean): string {
  const preset = Object.hasOwn(field, "default")
    ? `\`${formatDefault(field["default"])}\``
    : required
      ? "required"
      : "–";
  const cells = [`\`${path}\``, formatType(field), preset, field.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const DEFAULT_CHARS = 60;

function formatDefault(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > DEFAULT_CHARS ? "…" : text;
}

function formatType(field: JsonSchema): string {
  if (Array.isArray(field["enum"])) return field["enum"].map((one) => `\`${one}\``).join(" ");
  if (Object.hasOwn(field, "const")) return `\`${String(field["const"])}\``;
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(formatType))].join(" or ");
  const type = String(field.type ?? "any");
  const low = field["minimum"] ?? field["exclusiveMinimum"];
  const high = field["maximum"] ?? field["exclusiveMaximum"];
  const safe = (bound: unknown): string =>
    typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? String(bound) : "";
  const range = [safe(low), safe(high)];
  return range.every((bound) => bound === "") ? type : `${type} ${range.join(" … ").trim()}`;
}
