import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { generateKeySeed, readKeyFile, writeKeyFile } from "../../infra/keys.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const rings = { coordinator: { a: 1 }, guard: { b: 2 } };

describe("signing keys at rest", () => {
  it("are in a file for its owner alone", () => {
    const state = join(folder, "state");
    expect(readKeyFile(state, {})).toBeNull();
    writeKeyFile(state, rings);
    expect(readKeyFile(state, {})).toEqual(rings);
    expect(statSync(join(state, "keys.json")).mode & 0o777).toBe(0o600);
  });

  it("come from the environment where it has them", () => {
    const given = { coordinator: { c: 3 }, guard: { d: 4 } };
    const MMM_KEYS = Buffer.from(JSON.stringify(given)).toString("base64url");
    expect(readKeyFile(join(folder, "state"), { MMM_KEYS })).toEqual(given);
    expect(readKeyFile(join(folder, "state"), { MMM_KEYS: "" })).toEqual(rings);
  });

  it("that are damaged are refused without a word of what they hold", () => {
    const broken = join(folder, "keys.json");
    for (const text of ['{"coordinator":{},"d":"secret"', '{"coordinator":{"d":"secret"}}']) {
      writeFileSync(broken, text);
      expect(() => readKeyFile(folder, {})).toThrow(/not a key file/);
      expect(() => readKeyFile(folder, {})).not.toThrow(/secret/);
    }
    expect(generateKeySeed()).toHaveLength(32);
    expect(generateKeySeed()).not.toEqual(generateKeySeed());
  });
});
