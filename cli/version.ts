/** The package's version. */
import { readFileSync } from "node:fs";

export function readVersion(): string {
  for (const file of ["../package.json", "../../package.json"]) {
    try {
      const text = readFileSync(new URL(file, import.meta.url), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Built JavaScript lies one folder deeper.
    }
  }
  return "0.0.0";
}
