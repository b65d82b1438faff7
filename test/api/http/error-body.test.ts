import { describe, expect, it } from "vitest";
import { createErrorBody, toProductError } from "../../../api/http/error-body.ts";
import { MmmError } from "../../../schemas/errors.ts";

describe("the body of a refusal", () => {
  const error = new MmmError("not_found", "no session");

  it("is a problem document unless the route speaks otherwise", () => {
    const plain = createErrorBody(error, { style: "problem", instance: "/a", forms: undefined });
    expect(plain).toMatchObject({ status: 404, type: "application/problem+json" });
    const own = { status: 200, type: "application/json", json: {} };
    const forms = { "a2a-jsonrpc": () => own, "a2a-http": () => null };
    expect(createErrorBody(error, { style: "a2a-jsonrpc", instance: "/a", forms })).toBe(own);
    expect(createErrorBody(error, { style: "a2a-http", instance: "/a", forms }).status).toBe(404);
  });
});

describe("the framework's own refusals", () => {
  it("get a code of the product and keep their status", () => {
    const refused = toProductError({ statusCode: 413, message: "too large" });
    expect(refused).toMatchObject({ code: "usage", message: "too large", data: { http: 413 } });
  });

  it("are not made of faults of the server, nor of our own errors", () => {
    const fault = { statusCode: 502, message: "secret path" };
    expect(toProductError(fault)).toBe(fault);
    const own = new MmmError("conflict", "taken");
    expect(toProductError(own)).toBe(own);
  });
});
