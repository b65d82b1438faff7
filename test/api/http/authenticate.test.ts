import { describe, expect, it } from "vitest";
import { createAuthenticator, digestApiKey } from "../../../api/http/authenticate.ts";
import { API_SETTINGS } from "../../../api/http/settings.ts";

const tools = { now: () => 0, claim: () => Promise.resolve(true) };
const settings = API_SETTINGS.parse({
  keys: [
    { name: "ci", sha256: digestApiKey("mmm_one"), scopes: ["read"], business_units: ["emea"] },
    { name: "ops", sha256: digestApiKey("mmm_two"), scopes: ["operate"], business_units: "all" },
  ],
});
const identify = (given: { authorization?: string; apiKey?: string }) =>
  createAuthenticator(settings, tools).identify({
    authorization: given.authorization,
    apiKey: given.apiKey,
    changes: false,
  });

describe("who a request comes from", () => {
  it("is told by the key, in either header", async () => {
    expect(await identify({ apiKey: "mmm_one" })).toMatchObject({
      id: "key:ci",
      scopes: new Set(["read"]),
      units: new Set(["emea"]),
    });
    expect(await identify({ authorization: "Bearer mmm_two" })).toMatchObject({
      id: "key:ops",
      units: "all",
    });
  });

  it("is nobody without a key, with a wrong one, or with a token where none are taken", async () => {
    for (const given of [
      {},
      { apiKey: "" },
      { apiKey: "mmm_three" },
      { apiKey: digestApiKey("mmm_one") },
      { authorization: "Bearer e30.e30.e30" },
      { authorization: "Basic mmm_one" },
    ]) {
      await expect(identify(given)).rejects.toMatchObject({ code: "unauthorized" });
    }
  });

  it("is the local user of a server without keys", async () => {
    const open = createAuthenticator(API_SETTINGS.parse({}), tools);
    expect(open.open).toBe(true);
    expect(createAuthenticator(settings, tools).open).toBe(false);
  });
});
