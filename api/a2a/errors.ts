/**
 * The product's errors in the words of A2A, for both transports.
 *
 * I1. Refusals by login, scope or rate stay HTTP statuses on either transport.
 * I2. What is neither a protocol nor a product error is an internal one without its text.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import {
  A2A_CONTENT_TYPE,
  A2AError,
  ContentTypeNotSupportedError,
  RequestMalformedError,
  restStatusFor,
  TaskNotFoundError,
  toJsonRpcError,
  toRestErrorBody,
} from "./sdk.ts";
import type { ErrorBody, ErrorForms } from "../http/error-body.ts";
import { getHttpStatus } from "../http/problem.ts";

/** Names of `google.rpc.Status` for statuses outside the protocol's table. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** True for a refusal that is said by the HTTP status, not by a protocol error. */
export function isHttpRefusal(error: unknown): boolean {
  return error instanceof MmmError && getHttpStatus(error) in STATUS_NAMES;
}

/** Anything thrown as an error of the protocol. */
export function toA2aError(error: unknown): Error {
  if (error instanceof A2AError) return error;
  if (!(error instanceof MmmError)) return new A2AError("an unexpected error");
  const status = getHttpStatus(error);
  if (status === 415) return new ContentTypeNotSupportedError(describeError(error));
  if (status === 404) return new TaskNotFoundError(describeError(error));
  if (status >= 400 && status < 500) return new RequestMalformedError(describeError(error));
  return new A2AError(describeError(error));
}

export const A2A_ERROR_FORMS: ErrorForms = {
  "a2a-http": (error) => formatHttpError(error),
  "a2a-jsonrpc": (error) => (isHttpRefusal(error) ? null : formatRpcError(error, null)),
};

function formatHttpError(error: unknown): ErrorBody {
  if (isHttpRefusal(error)) {
    const status = getHttpStatus(error);
    const message = describeError(error);
    const body = { code: status, status: STATUS_NAMES[status], message, details: [] };
    return { status, type: A2A_CONTENT_TYPE, json: { error: body } };
  }
  const own = toA2aError(error);
  const status = restStatusFor(own);
  return { status, type: A2A_CONTENT_TYPE, json: toRestErrorBody(own, status) };
}

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/** A JSON-RPC error; the transport of JSON-RPC errors is always HTTP 200. */
export function formatRpcError(error: unknown, id: string | number | null): ErrorBody {
  const notJson = error instanceof MmmError && error.data["not_json"] === true;
  const body = notJson
    ? { code: PARSE_ERROR, message: "the body is not JSON" }
    : toJsonRpcError(toA2aError(error));
  return { status: 200, type: "application/json", json: { jsonrpc: "2.0", id, error: body } };
}

export function createInvalidRequest(id: string | number | null): unknown {
  const error = { code: INVALID_REQUEST, message: "not a JSON-RPC 2.0 request" };
  return { jsonrpc: "2.0", id, error };
}
