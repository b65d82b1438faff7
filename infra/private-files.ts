/**
 * What only its owner may read: the folder of a state, its databases, its keys.
 *
 * I1. Made private, not made and then closed: nobody can open it in between.
 * I2. A file that an earlier version left readable is closed when it is opened again.
 * I3. A folder that was there is its owner's business: it may be shared for other reasons, and each
 *     file in it is private by itself.
 */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";

const FOLDER_MODE = 0o700;
/** Of a file that holds events, data or keys. */
export const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** Makes a folder, and those above it, unless it is there. Throws what the system says. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
}

/** Makes a file that is not there, empty, and takes others' rights from one that is. */
export function makePrivateFile(file: string): void {
  closeSync(openSync(file, "a", FILE_MODE));
  closeToOthers(file);
}

/** Takes others' rights from a file that may be there; one of another owner is left to that owner. */
export function closeToOthers(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.uid !== process.getuid?.()) return;
  if ((stats.mode & OTHERS) !== 0) chmodSync(file, stats.mode & ~OTHERS);
}
