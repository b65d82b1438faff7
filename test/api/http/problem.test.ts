import { describe, expect, it } from "vitest";
import { createProblemFrom, getHttpStatus, retryAfter } from "../../../api/http/problem.ts";
import { ERROR_CODES, type ErrorCode, MmmError } from "../../../schemas/errors.ts";

describe("a problem document", () => {
  it("tells code, status and whether a second try can help", () => {
    const error = new MmmError("log_unavailable", "no\nbroker", { data: { broker: "b" } });
    expect(createProblemFrom(error, "/sessions")).toEqual({
      type: "urn:mmm-optimizer:error:log_unavailable",
      title: "log unavailable",
      status: 503,
      detail: "no broker",
      code: "log_unavailable",
      retriable: true,
      instance: "/sessions",
      broker: "b",
    });
  });

  it("keeps the text of what is not one of the product's errors inside", () => {
    const problem = createProblemFrom(new Error("password=hunter2"), "/a");
    expect(problem).toMatchObject({ status: 500, code: "internal", retriable: false });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  it("lets no fact overwrite what it says itself", () => {
    const error = new MmmError("conflict", "taken", {
      data: { status: 200, code: "ok", http: 409 },
    });
    expect(createProblemFrom(error, "/a")).toMatchObject({ status: 409, code: "conflict" });
  });
});

describe("statuses", () => {
  it("are those of refusals for every code", () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const status = getHttpStatus(new MmmError(code, "x"));
      expect(status >= 400 && status < 600, code).toBe(true);
    }
    expect(getHttpStatus("thrown")).toBe(500);
  });

  it("say after how long to ask again", () => {
    const busy = (data: Record<string, unknown>) => new MmmError("overloaded", "x", { data });
    expect(retryAfter(busy({ retry_after_s: 2.1 }))).toBe(3);
    expect(retryAfter(busy({}))).toBe(1);
    expect(retryAfter(new MmmError("not_found", "x"))).toBeNull();
  });
});
