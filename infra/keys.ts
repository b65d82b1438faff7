/**
 * Where signing keys are kept: a file of the state folder, or the environment.
 *
 * I1. A key file is made once, readable by its owner alone; private halves never reach a log.
 * I2. `MMM_KEYS` (JSON, base64url) wins over the file, for processes that share a cluster.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MmmError } from "../schemas/errors.ts";
import { closeToOthers, FILE_MODE, makePrivateFolder } from "./private-files.ts";

/** Names of the rings in the file. */
const RINGS = ["coordinator", "guard"] as const;
export type RingName = (typeof RINGS)[number];

/** JSON of both rings, as `guard/keys.ts` reads and writes them. */
export type KeyFile = Readonly<Record<RingName, unknown>>;

/** The key file's text of a state folder, or null where none was made. */
export function readKeyFile(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): KeyFile | null {
  const given = environment["MMM_KEYS"];
  if (given !== undefined && given !== "") {
    return parse(Buffer.from(given, "base64url").toString("utf8"), "MMM_KEYS");
  }
  const path = join(folder, "keys.json");
  if (!existsSync(path)) return null;
  closeToOthers(path);
  return parse(readFileSync(path, "utf8"), path);
}

function parse(text: string, where: string): KeyFile {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    if (RINGS.every((name) => typeof value[name] === "object")) return value as KeyFile;
  } catch {
    // The text may hold private keys: no part of it is repeated in the message.
  }
  throw new MmmError("state_damaged", `${where}: not a key file; restore it from your backup`);
}

/** Writes the key file whole or not at all, for its owner alone. */
export function writeKeyFile(folder: string, file: KeyFile): void {
  makePrivateFolder(folder);
  const path = join(folder, "keys.json");
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify(file, null, 2)}\n`, { mode: FILE_MODE });
  renameSync(fresh, path);
}

/** 32 random bytes for a new signing key. */
export function keySeed(): Uint8Array {
  return randomBytes(32);
}
