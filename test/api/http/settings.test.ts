import { describe, expect, it } from "vitest";
import { API_SETTINGS } from "../../../api/http/settings.ts";

const accepts = (value: object) => API_SETTINGS.safeParse(value).success;

describe("settings of the API", () => {
  it("listen on this machine and let nobody in unless told", () => {
    const settings = API_SETTINGS.parse({});
    expect(settings).toMatchObject({ host: "127.0.0.1", port: 8080, keys: [], cors_origins: [] });
    expect(settings.push.allow_origins).toEqual([]);
    expect(settings.jwt).toBeUndefined();
    expect(settings.intake.default).toEqual({ running_max: 8, weight: 1 });
  });

  it("take an API key as its digest alone", () => {
    const key = { name: "ci", scopes: ["read"], business_units: "all" };
    expect(accepts({ keys: [{ ...key, sha256: "0".repeat(64) }] })).toBe(true);
    expect(accepts({ keys: [{ ...key, sha256: "mmm_secret" }] })).toBe(false);
    expect(accepts({ keys: [{ ...key, sha256: "0".repeat(64), key: "mmm_secret" }] })).toBe(false);
  });

  it("know no symmetric or missing algorithm", () => {
    const jwt = { issuer: "i", audience: "a" };
    for (const algorithm of ["none", "HS256"]) {
      expect(accepts({ jwt: { ...jwt, algorithms: [algorithm] } })).toBe(false);
    }
    expect(accepts({ jwt: { ...jwt, algorithms: ["EdDSA"] } })).toBe(true);
  });

  it("are strict", () => {
    expect(accepts({ hosts: "0.0.0.0" })).toBe(false);
    expect(accepts({ trusted_proxies: ["proxy.local"] })).toBe(false);
    expect(accepts({ trusted_proxies: ["10.0.0.0/8", "::1"] })).toBe(true);
  });
});
