/** The key that signs the agent card: made once per state folder, readable by its owner alone. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CardKey } from "../api/a2a-card.ts";
import { canonicalJson, sha256 } from "../schemas/canonical.ts";
import { FILE_MODE, makePrivateFolder } from "../infra/private-files.ts";
import { MmmError } from "../schemas/errors.ts";

/** The card key of a state folder. Throws `state_damaged` for a file that holds none. */
export function cardKeyOf(stateDir: string): CardKey {
  const path = join(stateDir, "card-key.pem");
  const privateKey = existsSync(path) ? readKey(path) : makeKey(stateDir, path);
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = Buffer.from(sha256(canonicalJson({ crv, kty, x })), "hex").toString("base64url");
  return { kid, privateKey, publicJwk: { kty, crv, x, kid, alg: "EdDSA", use: "sig" } };
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    throw new MmmError("state_damaged", `${path}: not a private key; restore or remove it`);
  }
}

function makeKey(stateDir: string, path: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ed25519");
  makePrivateFolder(stateDir);
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: FILE_MODE });
  renameSync(fresh, path);
  return privateKey;
}
