/**
 * Freezes the present schemas: `npm run schemas:publish`. Published files are never changed; a new
 * version is a new file. Also keeps one golden body per version, and writes the earlier versions down
 * where the codec knows them from.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { encodeEvent, presentSchemas } from "../../schemas/codec.ts";
import { anyEvent } from "./any-event.ts";

const FOLDER = "schemas/published";
const EARLIER = "schemas/earlier-schemas.ts";
const GOLDEN = "test/golden/events.json";

mkdirSync(FOLDER, { recursive: true });
const golden: Record<string, { body: string; data: unknown }> = existsSync(GOLDEN)
  ? JSON.parse(readFileSync(GOLDEN, "utf8"))
  : {};
for (const { type, fingerprint, schemaJson } of presentSchemas()) {
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

const present = new Set(presentSchemas().map((row) => `${row.type}.${row.fingerprint}.avsc`));
const earlier = readdirSync(FOLDER)
  .filter((file) => !present.has(file))
  .toSorted()
  .map((file) => JSON.stringify(JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8"))));
writeFileSync(
  EARLIER,
  `/**
 * Published schemas that are no longer the present ones, as Avro JSON: histories of years hold bodies
 * written with them. Made by \`npm run schemas:publish\` from \`schemas/published/\`; not changed by hand.
 */
export const EARLIER_SCHEMAS: readonly string[] = [
${earlier.map((json) => `  ${JSON.stringify(json)},\n`).join("")}];
`,
);
