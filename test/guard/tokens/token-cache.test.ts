import { describe, expect, test } from "vitest";
import { signSeal, verifyClearance, verifySeal } from "../../../guard/tokens/clearance.ts";
import {
  removeKey,
  createKeyRing,
  replaceSigningKey,
  deriveSigningKey,
  withoutSigningKey,
} from "../../../guard/tokens/keys.ts";
import { computeSha256 } from "../../../schemas/canonical.ts";

const ring = (name: string) =>
  createKeyRing(deriveSigningKey(Buffer.from(computeSha256(name), "hex")));
const SEAL = { session: "s1", seq: 3, head: computeSha256("head") };

describe("tokens that were verified before", () => {
  test("are still refused for another session, another type and another ring", () => {
    const keys = ring("one");
    const token = signSeal(SEAL, keys);
    expect(verifySeal(token, keys, "s1")).toEqual(SEAL);
    expect(verifySeal(token, keys, "s1")).toEqual(SEAL);
    expect(() => verifySeal(token, keys, "s2")).toThrow("another session");
    const expected = {
      session: "s1",
      proposal: "w1.1",
      config: "{}",
      spec_digest: computeSha256(""),
    };
    expect(() => verifyClearance(token, keys, expected)).toThrow("wrong_type");
    expect(() => verifySeal(token, ring("two"), "s1")).toThrow("Signature refused");
  });

  test("are refused when one character differs", () => {
    const keys = ring("one");
    const token = signSeal(SEAL, keys);
    verifySeal(token, keys, "s1");
    const at = token.length - 20;
    const other = token[at] === "A" ? "B" : "A";
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    expect(() => verifySeal(changed, keys, "s1")).toThrow("Signature refused");
  });

  test("are refused by the ring that their key was taken from", () => {
    const keys = ring("one");
    const token = signSeal(SEAL, keys);
    const next = replaceSigningKey(
      keys,
      deriveSigningKey(Buffer.from(computeSha256("next"), "hex")),
    );
    expect(verifySeal(token, next, "s1")).toEqual(SEAL);
    const without = removeKey(next, [...keys.verification.keys()][0] ?? "");
    expect(() => verifySeal(token, without, "s1")).toThrow("unknown_key");
  });

  test("are given out frozen", () => {
    const keys = ring("one");
    const token = signSeal(SEAL, keys);
    const other = withoutSigningKey(keys);
    expect(Object.isFrozen(verifySeal(token, keys, "s1"))).toBe(true);
    expect(Object.isFrozen(verifySeal(token, other, "s1"))).toBe(true);
  });
});
