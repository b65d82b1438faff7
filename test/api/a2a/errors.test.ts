import { describe, expect, it } from "vitest";
import {
  A2A_ERROR_FORMS,
  formatRpcError,
  isHttpRefusal,
  toA2aError,
} from "../../../api/a2a/errors.ts";
import { TaskNotFoundError } from "../../../api/a2a/sdk.ts";
import { MmmError } from "../../../schemas/errors.ts";

const error = (code: "not_found" | "unauthorized" | "usage", data = {}) =>
  new MmmError(code, "why", { data });
const rpc = (given: unknown) =>
  formatRpcError(given, 7).json as { id: number; error: { code: number; message: string } };

describe("errors in the words of the protocol", () => {
  it("tell a task that is not there from a request that is wrong", () => {
    expect(toA2aError(error("not_found"))).toBeInstanceOf(TaskNotFoundError);
    expect(rpc(error("not_found"))).toMatchObject({ id: 7, error: { code: -32_001 } });
    expect(rpc(error("usage")).error.code).toBe(-32_602);
    expect(rpc(error("usage", { not_json: true })).error.code).toBe(-32_700);
  });

  it("keep the text of an unexpected error inside", () => {
    expect(JSON.stringify(rpc(new Error("secret")))).not.toContain("secret");
  });

  it("leave refusals by login, scope or rate to the HTTP status", () => {
    expect(isHttpRefusal(error("unauthorized"))).toBe(true);
    expect(isHttpRefusal(error("not_found"))).toBe(false);
    expect(A2A_ERROR_FORMS["a2a-jsonrpc"]?.(error("unauthorized"), "/a")).toBeNull();
    expect(A2A_ERROR_FORMS["a2a-http"]?.(error("unauthorized"), "/a")).toMatchObject({
      status: 401,
      json: { error: { status: "UNAUTHENTICATED", message: "why" } },
    });
  });
});
