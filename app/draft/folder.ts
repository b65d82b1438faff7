/**
 * The files that a draft is written to.
 *
 * I1. Nothing is overwritten unless asked: all names are looked at before the first is written.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTextFile, writeWhole } from "../../infra/files.ts";
import { MmmError } from "../../schemas/errors.ts";

/** Writes files below a folder, by name. Throws `conflict` where one is there and `force` is not set. */
export function writeDraftFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  force: boolean,
): string[] {
  const there = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (there.length > 0 && !force) {
    throw new MmmError(
      "conflict",
      `${there.map((name) => join(folder, name)).join(", ")}: is there already; give --force to write it anew, or another --output`,
    );
  }
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    writeWhole(path, text);
    return path;
  });
}

/** The JSON Schemas of both drafted files, for editors. */
export function readDraftSchemas(): Record<string, string> {
  return Object.fromEntries(
    ["baseline_model", "business_context"].map((name) => [
      `schema/${name}.schema.json`,
      readShippedFile(`schemas/json/${name}.schema.json`),
    ]),
  );
}

/** A text file that comes with the program. */
export function readShippedFile(path: string): string {
  return readTextFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "csv", "internal");
}

/** A draft as people read it. */
export function formatDraftJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
