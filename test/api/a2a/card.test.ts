import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAgentCard, signCard } from "../../../api/a2a/card.ts";

const facts = { url: "http://h", version: "1", push: false, login: false, roles: false };

describe("the agent card", () => {
  it("declares what the server holds and nothing else", () => {
    const plain = createAgentCard(facts);
    expect(plain.capabilities?.pushNotifications).toBe(false);
    expect(plain.skills.map(({ id }) => id)).toEqual(["optimize_model"]);
    expect(plain.securityRequirements).toEqual([]);
    const full = createAgentCard({ ...facts, push: true, login: true, roles: true });
    expect(full.capabilities?.pushNotifications).toBe(true);
    expect(full.skills).toHaveLength(5);
    expect(Object.keys(full.securitySchemes)).toEqual(["bearer", "apiKey"]);
  });

  it("names both transports under the server's own address", () => {
    expect(createAgentCard(facts).supportedInterfaces.map(({ url }) => url)).toEqual([
      "http://h/a2a",
      "http://h/a2a/v1",
    ]);
  });

  it("is signed by the installation's key", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const key = { kid: "k1", privateKey, publicJwk: {} };
    const signed = await signCard(createAgentCard(facts), key, "http://h");
    const header = Buffer.from(signed.signatures[0]?.protected ?? "", "base64url").toString();
    expect(JSON.parse(header)).toMatchObject({ alg: "EdDSA", kid: "k1" });
  });
});
