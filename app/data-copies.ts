/**
 * Data sets kept under the digest of their bytes, as uploads are: a session's own copy of its data.
 *
 * I1. A copy is written once and never changed; what is read back is checked against its name.
 * I2. A session works from its copy: what happens to the file later neither breaks nor changes it.
 */
import { existsSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { readDataBytes, writeWhole } from "../infra/files.ts";
import type { DataContent } from "../agents/data-source.ts";
import { computeSha256 } from "../schemas/canonical.ts";

/** The folder of uploads and copies. */
export function findUploadFolder(stateDir: string): string {
  return resolve(stateDir, "data");
}

/** A file's time is that of its last use. */
export function markFileUsed(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

/** Keeps a data set, whatever its dialect; a second copy of the same content changes nothing. */
export function keepData(stateDir: string, digest: string, content: DataContent): void {
  const file = join(findUploadFolder(stateDir), `${digest}.csv`);
  if (existsSync(file) && readKeptData(stateDir, digest) !== null) markFileUsed(file);
  else writeWhole(file, content, "private");
}

/** The bytes kept under a digest; null where there are none, or they are no longer what they were. */
export function readKeptData(stateDir: string, digest: string): Uint8Array | null {
  const file = join(findUploadFolder(stateDir), `${digest}.csv`);
  if (!/^[0-9a-f]{64}$/.test(digest) || !existsSync(file)) return null;
  const bytes = readDataBytes(file);
  return computeSha256(bytes) === digest ? bytes : null;
}
