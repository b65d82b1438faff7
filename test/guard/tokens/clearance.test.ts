import { describe, expect, test } from "vitest";
import {
  signClearance,
  signSeal,
  signWarrant,
  verifyClearance,
  verifySeal,
  verifyWarrant,
} from "../../../guard/tokens/clearance.ts";
import {
  parseKeyRing,
  removeKey,
  serializeKeyRing,
  createKeyRing,
  replaceSigningKey,
  deriveSigningKey,
  withoutSigningKey,
} from "../../../guard/tokens/keys.ts";
import { computeSha256 } from "../../../schemas/canonical.ts";
import { MmmError } from "../../../schemas/errors.ts";

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const guard = createKeyRing(deriveSigningKey(seed(1)));
const other = createKeyRing(deriveSigningKey(seed(2)));
const config = '{"a":1}';
const spec = computeSha256("spec");
const content = {
  session: "s1",
  proposal: "w1.1",
  config_digest: computeSha256(config),
  methodology_digest: computeSha256("m"),
  spec_digest: spec,
};
const expected = { session: "s1", proposal: "w1.1", config, spec_digest: spec };
const warrant = {
  session: "s1",
  work_item: "w1",
  attempt: 1,
  iteration: 1,
  baseline: "{}",
  base: "{}",
  constraints: [],
};

function reasonOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (error instanceof MmmError && error.code === "clearance_refused")
      return error.data["reason"];
    throw error;
  }
  return "accepted";
}

function tampered(token: string, part: 0 | 1 | 2, change: (text: string) => string): string {
  const parts = token.split(".");
  const text = Buffer.from(parts[part] ?? "", "base64url").toString("utf8");
  parts[part] = Buffer.from(change(text)).toString("base64url");
  return parts.join(".");
}

describe("clearance", () => {
  test("is accepted for the configuration, session and proposal it was given for", () => {
    const token = signClearance(content, guard);
    expect(verifyClearance(token, withoutSigningKey(guard), expected)).toEqual(content);
  });

  test("has one token for one content", () => {
    expect(signClearance(content, guard)).toBe(signClearance({ ...content }, guard));
  });

  test.each([
    ["session", { ...expected, session: "s2" }],
    ["proposal", { ...expected, proposal: "w1.2" }],
    ["configuration", { ...expected, config: '{"a":2}' }],
    ["specification", { ...expected, spec_digest: computeSha256("other") }],
  ])("is refused for another %s", (_name, wanted) => {
    const token = signClearance(content, guard);
    expect(reasonOf(() => verifyClearance(token, guard, wanted))).toBe("wrong_content");
  });

  test("is refused when a key signed it that the ring does not hold", () => {
    const token = signClearance(content, other);
    expect(reasonOf(() => verifyClearance(token, guard, expected))).toBe("unknown_key");
  });

  test("is refused when one byte of the content was changed", () => {
    const token = tampered(signClearance(content, guard), 1, (text) =>
      text.replace("w1.1", "w1.2"),
    );
    const wanted = { ...expected, proposal: "w1.2" };
    expect(reasonOf(() => verifyClearance(token, guard, wanted))).toBe("bad_signature");
  });

  test.each([
    ["none", '"alg":"none"'],
    ["HS256", '"alg":"HS256"'],
  ])("is refused with algorithm %s", (_name, algorithm) => {
    const token = tampered(signClearance(content, guard), 0, (text) =>
      text.replace('"alg":"EdDSA"', algorithm),
    );
    expect(reasonOf(() => verifyClearance(token, guard, expected))).toBe("malformed");
  });

  test.each([
    ["no token", ""],
    ["null", null],
    ["two parts", "a.b"],
    ["padding", `${signClearance(content, guard)}==`],
    ["a bare object", "{}"],
  ])("is refused when it is %s", (_name, token) => {
    expect(["missing", "malformed"]).toContain(
      reasonOf(() => verifyClearance(token, guard, expected)),
    );
  });

  test("is refused when the last character of the signature has stray bits", () => {
    const token = signClearance(content, guard);
    const last = token.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const stray = alphabet[alphabet.indexOf(last) ^ 1] ?? "";
    expect(reasonOf(() => verifyClearance(token.slice(0, -1) + stray, guard, expected))).toBe(
      "malformed",
    );
  });
});

describe("a token made for one purpose", () => {
  const clearance = signClearance(content, guard);
  const warranted = signWarrant(warrant, guard);
  const sealed = signSeal({ session: "s1", seq: 3, head: computeSha256("h") }, guard);

  test("is refused as a clearance", () => {
    expect(reasonOf(() => verifyClearance(warranted, guard, expected))).toBe("wrong_type");
    expect(reasonOf(() => verifyClearance(sealed, guard, expected))).toBe("wrong_type");
  });

  test("is refused as a warrant", () => {
    const wanted = { session: "s1", work_item: "w1", attempt: 1 };
    expect(reasonOf(() => verifyWarrant(clearance, guard, wanted))).toBe("wrong_type");
    expect(verifyWarrant(warranted, guard, wanted)).toEqual(warrant);
  });

  test("is refused as a seal", () => {
    expect(reasonOf(() => verifySeal(clearance, guard, "s1"))).toBe("wrong_type");
    expect(verifySeal(sealed, guard, "s1").seq).toBe(3);
    expect(reasonOf(() => verifySeal(sealed, guard, "s2"))).toBe("wrong_content");
  });
});

test.each([
  ["session", { session: "s2", work_item: "w1", attempt: 1 }],
  ["work item", { session: "s1", work_item: "w2", attempt: 1 }],
  ["attempt", { session: "s1", work_item: "w1", attempt: 2 }],
])("a warrant is refused for another %s", (_name, wanted) => {
  const token = signWarrant(warrant, guard);
  expect(reasonOf(() => verifyWarrant(token, guard, wanted))).toBe("wrong_content");
});

describe("a key ring", () => {
  test("after rotation still verifies what the old key signed, and signs with the new one", () => {
    const old = signClearance(content, guard);
    const ring = replaceSigningKey(guard, deriveSigningKey(seed(3)));
    expect(verifyClearance(old, ring, expected)).toEqual(content);
    const fresh = signClearance(content, ring);
    expect(fresh).not.toBe(old);
    expect(verifyClearance(fresh, ring, expected)).toEqual(content);
    expect(reasonOf(() => verifyClearance(fresh, guard, expected))).toBe("unknown_key");
  });

  test("refuses what a retired key signed, and never retires its signing key", () => {
    const old = signClearance(content, guard);
    const ring = replaceSigningKey(guard, deriveSigningKey(seed(3)));
    const without = removeKey(ring, guard.signing?.kid ?? "");
    expect(reasonOf(() => verifyClearance(old, without, expected))).toBe("unknown_key");
    expect(() => removeKey(guard, guard.signing?.kid ?? "")).toThrow(/signing key/);
  });

  test("survives its JSON form, with private halves only when asked for", () => {
    const ring = replaceSigningKey(guard, deriveSigningKey(seed(3)));
    const whole = parseKeyRing(serializeKeyRing(ring, { private: true }));
    expect(signClearance(content, whole)).toBe(signClearance(content, ring));
    const open = serializeKeyRing(ring);
    expect(JSON.stringify(open)).not.toContain('"d"');
    expect(parseKeyRing(open).signing).toBeNull();
    expect(() => signClearance(content, parseKeyRing(open))).toThrow(/no signing key/);
  });

  test("is refused when an id does not belong to its key", () => {
    const json = JSON.parse(JSON.stringify(serializeKeyRing(guard))) as { keys: { kid: string }[] };
    const first = json.keys[0];
    if (first !== undefined) first.kid = other.signing?.kid ?? "";
    expect(() => parseKeyRing(json as never)).toThrow(/not that key's/);
  });

  test("needs 32 bytes for a key", () => {
    expect(() => deriveSigningKey(new Uint8Array(31))).toThrow(/32 bytes/);
  });
});
