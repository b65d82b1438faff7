/**
 * Data sets kept under the digest of their content, as uploads are: a session's own copy of its data.
 *
 * I1. A copy is written once and never changed; what is read back is checked against its name.
 * I2. A session works from its copy: what happens to the file later neither breaks nor changes it.
 */
import { existsSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { readTextFile, writeWhole } from "../infra/files.ts";
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

/** Keeps a data set; a second copy of the same content changes nothing. */
export function keepData(stateDir: string, digest: string, text: string): void {
  const file = join(findUploadFolder(stateDir), `${digest}.csv`);
  if (existsSync(file) && readKeptData(stateDir, digest) !== null) markFileUsed(file);
  else writeWhole(file, text, "private");
}

/** The text kept under a digest; null where there is none, or it is no longer what it was. */
export function readKeptData(stateDir: string, digest: string): string | null {
  const file = join(findUploadFolder(stateDir), `${digest}.csv`);
  if (!/^[0-9a-f]{64}$/.test(digest) || !existsSync(file)) return null;
  const text = readTextFile(file, "csv", "data_invalid");
  return computeSha256(text) === digest ? text : null;
}
