/**
 * Freezes the present schemas: `npm run schemas:publish`. Published files are never changed; a new
 * version is a new file. Also keeps one golden body per version.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { encodeEvent, listSchemas } from "../../schemas/codec.ts";
import { anyEvent } from "./any-event.ts";

const FOLDER = "schemas/published";
const GOLDEN = "test/golden/events.json";

mkdirSync(FOLDER, { recursive: true });
const golden: Record<string, { body: string; data: unknown }> = existsSync(GOLDEN)
  ? JSON.parse(readFileSync(GOLDEN, "utf8"))
  : {};
for (const { type, fingerprint, schemaJson } of listSchemas()) {
  const name = `${type}.${fingerprint}`;
  const path = `${FOLDER}/${name}.avsc`;
  if (existsSync(path)) continue;
  writeFileSync(path, `${JSON.stringify(JSON.parse(schemaJson), null, 2)}\n`);
  const [event] = fc.sample(anyEvent(type), { numRuns: 1, seed: 1 });
  if (event === undefined) throw new Error(`no sample of ${type}`);
  golden[name] = { body: encodeEvent(event).toString("hex"), data: event.data };
  process.stdout.write(`published ${name}\n`);
}
writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
