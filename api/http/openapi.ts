/** The OpenAPI 3.1 document, made from the routes themselves. */
import { z } from "zod";
import type { Route } from "./route.ts";

const PROBLEM = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  retriable: z.boolean(),
  instance: z.string().optional(),
});

interface About {
  readonly version: string;
  readonly url: string;
}

/** The document as a JSON value. */
export function createOpenApi(routes: readonly Route[], about: About): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of routes) {
    if (row.hidden === true) continue;
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: describeOperation(row) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "mmm-optimizer", version: about.version },
    servers: [{ url: about.url }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
      },
      schemas: { Problem: convertToJsonSchema(PROBLEM) },
    },
  };
}

function describeOperation(row: Route): Record<string, unknown> {
  const open = row.scope === "open";
  return {
    operationId: row.name,
    summary: row.summary,
    ...(open ? { security: [] } : { security: [{ bearer: [row.scope] }, { apiKey: [] }] }),
    parameters: [
      ...describeParameters(row.params, "path"),
      ...describeParameters(row.query, "query"),
    ],
    ...(row.body === null ? {} : { requestBody: describeRequestBody(row) }),
    responses: { ...describeAnswers(row), default: describeProblem() },
  };
}

function describeRequestBody(row: Route): Record<string, unknown> {
  const schema = convertToJsonSchema(row.body as z.ZodType);
  const types = row.upload?.types ?? ["application/json"];
  return {
    required: true,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

function describeAnswers(row: Route): Record<string, unknown> {
  const answers = Object.entries(row.answers ?? {}).map(([status, { about, schema }]) => [
    status,
    {
      description: about,
      ...(schema === undefined
        ? {}
        : { content: { "application/json": { schema: convertToJsonSchema(schema, "output") } } }),
    },
  ]);
  return Object.fromEntries(answers) as Record<string, unknown>;
}

function describeProblem(): Record<string, unknown> {
  const schema = { $ref: "#/components/schemas/Problem" };
  return {
    description: "a problem document (RFC 9457)",
    content: { "application/problem+json": { schema } },
  };
}

function describeParameters(schema: z.ZodType | null, location: "path" | "query"): unknown[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = convertToJsonSchema(schema) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: location,
    required: location === "path" || required.includes(name),
    schema: value,
  }));
}

function convertToJsonSchema(
  schema: z.ZodType,
  io: "input" | "output" = "input",
): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    unrepresentable: "any",
  }) as Record<string, unknown>;
  return rest;
}
