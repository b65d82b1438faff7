import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadCardKey } from "../../app/card-key.ts";

const folder = mkdtempSync(join(tmpdir(), "card-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the card's key is made once, for its owner alone, and its public half holds no private one", () => {
  const state = join(folder, "state");
  const made = loadCardKey(state);
  expect(statSync(join(state, "card-key.pem")).mode & 0o777).toBe(0o600);
  expect(loadCardKey(state).publicJwk).toEqual(made.publicJwk);
  expect(made.publicJwk).toMatchObject({ kty: "OKP", crv: "Ed25519", kid: made.kid, use: "sig" });
  expect(made.publicJwk).not.toHaveProperty("d");
  expect(loadCardKey(join(folder, "other")).kid).not.toBe(made.kid);
});

it("a file that holds no key is refused, not replaced", () => {
  const state = join(folder, "state");
  writeFileSync(join(state, "card-key.pem"), "nothing");
  expect(() => loadCardKey(state)).toThrow(expect.objectContaining({ code: "state_damaged" }));
});
