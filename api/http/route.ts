/**
 * One HTTP route as data: path, who may call it, schemas, handler. Server, OpenAPI document and
 * authorisation tests are made from the same rows.
 *
 * I1. Params, query and body are parsed once, strictly, before a handler sees them.
 * I2. A route names the scope it needs, or says that it is open to everyone.
 */
import { z } from "zod";
import { MmmError } from "../../schemas/errors.ts";
import type { Principal, Scope } from "./principal.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export type Headers = Readonly<Record<string, string | undefined>>;

/** What the server hands over: nothing of it is trusted. */
export interface RawCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: Headers;
  readonly principal: Principal;
  /** Aborted when the caller is gone or the server stops. */
  readonly signal: AbortSignal;
}

export interface Call<P, Q, B> extends Omit<RawCall, "params" | "query" | "body"> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

export type AnswerHeaders = Readonly<Record<string, string>>;

export type Answer =
  | { readonly status: number; readonly json: unknown; readonly headers?: AnswerHeaders }
  | {
      readonly status: number;
      readonly text: string;
      readonly type: string;
      readonly headers?: AnswerHeaders;
    }
  | {
      readonly status: number;
      readonly stream: AsyncIterable<string>;
      readonly type: string;
      readonly headers?: AnswerHeaders;
    }
  | { readonly status: number; readonly headers?: AnswerHeaders };

/** Media types of data files; their content says what they are. */
export const UPLOAD_TYPES = [
  "text/csv",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.apache.parquet",
  "application/octet-stream",
] as const;

/** How errors of a route look: RFC 9457, or as A2A's transports want them. */
export type ErrorStyle = "problem" | "a2a-http" | "a2a-jsonrpc";

export interface RouteFacts {
  readonly method: Method;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope | "open" | "any";
  readonly errors?: ErrorStyle;
  /** True: not part of the OpenAPI document. */
  readonly hidden?: boolean;
  /** Media types and bound of the body where it is not JSON: it comes as bytes. */
  readonly upload?: { readonly types: readonly string[]; readonly bytesMax: number };
  readonly answers?: Readonly<
    Record<number, { readonly about: string; readonly schema?: z.ZodType }>
  >;
}

export interface Route extends RouteFacts {
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly handle: (call: RawCall) => Promise<Answer>;
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends RouteFacts {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly handle: (call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>) => Promise<Answer>;
}

/** A route from its schemas and a handler of parsed values. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Spec<P, Q, B>,
): Route {
  const { params, query, body, handle, ...facts } = spec;
  return {
    ...facts,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    handle: async (raw) =>
      handle({
        headers: raw.headers,
        principal: raw.principal,
        // Asked for by few handlers, and not free.
        get signal() {
          return raw.signal;
        },
        params: parseRequestPart(params, raw.params, "path") as z.infer<P>,
        query: parseRequestPart(query ?? NO_QUERY, raw.query, "query") as z.infer<Q>,
        body: parseRequestPart(body, raw.body, "body") as z.infer<B>,
      }),
  };
}

/** Made once: a schema is compiled when it is first used. */
const NO_QUERY = z.strictObject({});

function parseRequestPart(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new MmmError("usage", `${where}: ${describeFirstIssue(result.error)}`, {
    data: {
      errors: result.error.issues.slice(0, 20).map((issue) => ({
        where,
        path: issue.path.map(String).join("."),
        message: issue.message,
      })),
    },
  });
}

function describeFirstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const issuePath = issue?.path.map(String).join(".") ?? "";
  return `${issuePath === "" ? "" : `${issuePath}: `}${issue?.message ?? "not valid"}`;
}

/** A session's id as a path parameter. */
export const SESSION_ID = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
export const SESSION_PARAMS = z.strictObject({ session: SESSION_ID });
