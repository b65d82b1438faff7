/**
 * Loaded by processes and threads that a test starts (`NODE_OPTIONS=--import …`): plants the change in
 * `MMM_PLANTED_CHANGE` while the product is loaded there.
 */
import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { plantChange, type PlantedChange } from "./change.ts";

const change = JSON.parse(process.env["MMM_PLANTED_CHANGE"] ?? "null") as PlantedChange | null;

if (change !== null) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith("file:") || relative(process.cwd(), fileURLToPath(url)) !== change.file)
        return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString("utf8");
      return { ...loaded, source: plantChange(source, change) };
    },
  });
}
