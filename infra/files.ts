/**
 * Files that people name on the command line: read with bounds, written whole or not at all.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError, MmmError, type ErrorCode } from "../schemas/errors.ts";
import { JSON_LIMITS, parseStrictJson } from "../schemas/strict-json.ts";
import { FILE_MODE, makePrivateFolder } from "./private-files.ts";

/** Bounds by kind of file, in bytes. */
const BYTES_MAX = { json: 1024 * 1024, csv: 64 * 1024 * 1024 } as const;

/** Text of a file. Throws `code` with the file's name and the remedy. */
export function readTextFile(
  path: string,
  kind: keyof typeof BYTES_MAX,
  code: ErrorCode = "config_invalid",
): string {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX[kind]) {
      throw new MmmError(code, `${path}: ${size} bytes, at most ${BYTES_MAX[kind]} are read`);
    }
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof MmmError) throw cause;
    throw new MmmError(code, `${path}: cannot be read (${describeError(cause)}); check the path`, {
      cause,
    });
  }
}

/** Bytes of a data file. Throws `data_invalid` with the file's name and the remedy. */
export function readDataBytes(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX.csv) {
      throw new MmmError(
        "data_invalid",
        `${path}: ${size} bytes, at most ${BYTES_MAX.csv} are read`,
      );
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof MmmError) throw cause;
    throw new MmmError(
      "data_invalid",
      `${path}: cannot be read (${describeError(cause)}); check the path`,
      { cause },
    );
  }
}

/** JSON of a file; a text that has two readings, as one with a key twice, is refused with `code`. */
export function readJsonFile(path: string, code: ErrorCode = "config_invalid"): unknown {
  const text = readTextFile(path, "json", code);
  try {
    return parseStrictJson(text, { ...JSON_LIMITS, anyKeysAndAmounts: true });
  } catch (cause) {
    throw new MmmError(code, `${path}: ${describeError(cause)}; correct the JSON`, { cause });
  }
}

/** Who may read a file: what the user's umask says, or its owner alone. */
type Readers = "as the umask says" | "private";

/** Writes a file by rename, so that no reader sees half of it. Throws `output_unwritable`. */
export function writeWhole(
  path: string,
  text: string | Uint8Array,
  readers: Readers = "as the umask says",
): void {
  const whole = resolve(path);
  const fresh = `${whole}.${process.pid}.tmp`;
  try {
    if (readers === "private") makePrivateFolder(dirname(whole));
    else mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(fresh, text, readers === "private" ? { mode: FILE_MODE } : {});
    renameSync(fresh, whole);
  } catch (cause) {
    throw new MmmError(
      "output_unwritable",
      `${path}: cannot be written (${describeError(cause)}); choose another --output folder`,
      { cause },
    );
  }
}

/** Proves early that a folder can be written to. */
export function assertWritable(folder: string): void {
  const probe = resolve(folder, `.probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    throw new MmmError(
      "output_unwritable",
      `${folder}: cannot be written (${describeError(cause)}); choose another --output folder`,
      { cause },
    );
  }
}
