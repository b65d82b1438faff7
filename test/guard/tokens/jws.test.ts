import { describe, expect, it } from "vitest";
import { signToken, type TokenRefusal, verifyToken } from "../../../guard/tokens/jws.ts";
import { createKeyRing, deriveSigningKey, withoutSigningKey } from "../../../guard/tokens/keys.ts";

const ring = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1)));
const TYPE = "mmm-seal+jws";
const token = signToken(TYPE, { b: 1, a: [true, null] }, ring);
const part = (text: string) => Buffer.from(text).toString("base64url");

function refusal(given: unknown, type: Parameters<typeof verifyToken>[0] = TYPE, keys = ring) {
  try {
    verifyToken(type, given, keys);
    return "accepted";
  } catch (error) {
    return (error as { data: { reason: TokenRefusal } }).data.reason;
  }
}

describe("a token", () => {
  it("carries its content, the same content the same token", () => {
    expect(verifyToken(TYPE, token, ring)).toEqual({ a: [true, null], b: 1 });
    expect(signToken(TYPE, { a: [true, null], b: 1 }, ring)).toBe(token);
  });

  it("made for one purpose is refused for another", () => {
    expect(refusal(token, "mmm-clearance+jws")).toBe("wrong_type");
  });

  it("is refused when it is missing, changed, re-encoded or signed by a stranger", () => {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const stranger = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(2)));
    expect(refusal(undefined)).toBe("missing");
    expect(refusal(`${header}.${payload}`)).toBe("malformed");
    expect(refusal(`${header}.${part('{"b":2}')}.${signature}`)).toBe("bad_signature");
    expect(refusal(signToken(TYPE, {}, stranger))).toBe("unknown_key");
    const none = part('{"alg":"none"}');
    expect(refusal(`${none}.${payload}.${signature}`)).toBe("malformed");
    const last = signature.at(-1) === "A" ? "B" : "A";
    expect(refusal(`${header}.${payload}.${signature.slice(0, -1)}${last}`)).not.toBe("accepted");
  });

  it("is not made without a signing key", () => {
    expect(() => signToken(TYPE, {}, withoutSigningKey(ring))).toThrow(/only verify/);
    expect(verifyToken(TYPE, token, withoutSigningKey(ring))).toEqual({ a: [true, null], b: 1 });
  });
});
