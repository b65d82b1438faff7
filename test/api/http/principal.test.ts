import { expect, it } from "vitest";
import {
  canAccessUnit,
  LOCAL,
  type Principal,
  requireScope,
  requireUnit,
  SCOPES,
} from "../../../api/http/principal.ts";

const reader: Principal = { id: "key:r", scopes: new Set(["read"]), units: new Set(["emea"]) };

it("a caller acts within their scopes", () => {
  expect(() => requireScope(reader, "read")).not.toThrow();
  expect(() => requireScope(reader, "decide")).toThrow(/key:r lacks the scope "decide"/);
  for (const scope of SCOPES) expect(() => requireScope(LOCAL, scope)).not.toThrow();
});

it("and for their business units", () => {
  expect(canAccessUnit(reader, "emea")).toBe(true);
  expect(canAccessUnit(reader, "apac")).toBe(false);
  expect(() => requireUnit(reader, "apac")).toThrow(
    expect.objectContaining({ code: "unauthorized", data: { http: 403, business_unit: "apac" } }),
  );
  expect(canAccessUnit(LOCAL, "anything")).toBe(true);
});
