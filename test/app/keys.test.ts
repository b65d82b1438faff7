import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { formatPublicKeys, generateKeys, loadKeys, loadVerificationKeys } from "../../app/keys.ts";
import { signSeal, verifySeal } from "../../guard/tokens/clearance.ts";

const folder = mkdtempSync(join(tmpdir(), "app-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const seal = { session: "s1", seq: 1, head: "0".repeat(64) };

it("rings are made on first use and found again, able to sign", () => {
  const made = loadKeys(folder, {});
  const again = loadKeys(folder, {});
  expect(verifySeal(signSeal(seal, again.coordinator), made.coordinator, "s1")).toEqual(seal);
  expect(again.guard.signing?.kid).toBe(made.guard.signing?.kid);
});

it("coordinator and guard have keys of their own, new ones each time", () => {
  const keys = generateKeys();
  const kids = [keys.coordinator, keys.guard, generateKeys().guard].map(
    (ring) => ring.signing?.kid,
  );
  expect(new Set(kids).size).toBe(3);
  expect(() => verifySeal(signSeal(seal, keys.guard), keys.coordinator, "s1")).toThrow();
});

it("who verifies needs public halves alone, and no keys are made for them", () => {
  const keys = generateKeys();
  const file = join(folder, "public.json");
  writeFileSync(file, formatPublicKeys(keys));
  const found = loadVerificationKeys({ stateDir: folder, file }, {});
  expect(found.coordinator.signing).toBeNull();
  expect(verifySeal(signSeal(seal, keys.coordinator), found.coordinator, "s1")).toEqual(seal);
  const empty = join(folder, "nobody");
  expect(() => loadVerificationKeys({ stateDir: empty }, {})).toThrow(
    expect.objectContaining({ code: "not_found" }),
  );
  expect(existsSync(empty)).toBe(false);
});
