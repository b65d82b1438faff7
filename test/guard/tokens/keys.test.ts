import { describe, expect, it } from "vitest";
import {
  createKeyRing,
  deriveSigningKey,
  parseKeyRing,
  removeKey,
  replaceSigningKey,
  serializeKeyRing,
} from "../../../guard/tokens/keys.ts";
import type { Json } from "../../../schemas/canonical.ts";

const seed = (byte: number) => deriveSigningKey(new Uint8Array(32).fill(byte));
const old = seed(1);
const ring = replaceSigningKey(createKeyRing(old), seed(2));
interface RingJson {
  signing: string | null;
  keys: Record<string, string>[];
}

describe("a ring of keys", () => {
  it("after rotation signs with the new key and still verifies with the old one", () => {
    expect(ring.signing?.kid).toBe(seed(2).kid);
    expect([...ring.verification.keys()]).toEqual([old.kid, seed(2).kid]);
    expect(removeKey(ring, old.kid).verification.has(old.kid)).toBe(false);
    expect(() => removeKey(ring, seed(2).kid)).toThrow(/rotate first/);
    expect(() => removeKey(ring, "x")).toThrow(/No key/);
  });

  it("gives no private half away unless asked", () => {
    const open = serializeKeyRing(ring) as unknown as RingJson;
    expect(JSON.stringify(open)).not.toContain('"d"');
    expect(open.signing).toBeNull();
    const whole = serializeKeyRing(ring, { private: true }) as unknown as RingJson;
    expect(whole.keys.filter((key) => "d" in key)).toHaveLength(1);
  });

  it("is read back as it was written", () => {
    for (const secret of [false, true]) {
      const written = serializeKeyRing(ring, { private: secret });
      const read = parseKeyRing(written);
      expect(serializeKeyRing(read, { private: secret })).toEqual(written);
      expect(read.signing?.kid ?? null).toBe(secret ? seed(2).kid : null);
    }
  });

  it("is refused when an id is not that key's, a key stands twice, or halves do not match", () => {
    const written = serializeKeyRing(ring, { private: true }) as unknown as RingJson;
    const [first = {}, second = {}] = written.keys;
    const parse = (keys: object[], signing: string | null = null) =>
      parseKeyRing({ signing, keys } as unknown as Json);
    expect(() => parse([{ ...first, kid: second["kid"] }])).toThrow(/not that key's/);
    expect(() => parse([first, first])).toThrow(/two keys/);
    expect(() => parse([{ ...first, d: second["d"] }])).toThrow(/do not match/);
    expect(() => parse([first], first["kid"] ?? "")).toThrow(/no private half/);
    expect(() => parse([{ ...first, extra: 1 }])).toThrow(/not in the form/);
  });
});
