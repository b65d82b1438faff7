/** Writes the JSON Schemas and docs/FIELDS.md anew: `npm run fields:publish`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { buildJsonSchema, DOCUMENTS, SCHEMA_FOLDER, writeFieldReference } from "./json-schemas.ts";

mkdirSync(SCHEMA_FOLDER, { recursive: true });
for (const name of DOCUMENTS) {
  const text = `${JSON.stringify(buildJsonSchema(name), null, 2)}\n`;
  writeFileSync(`${SCHEMA_FOLDER}/${name}.schema.json`, text);
}
writeFileSync("docs/FIELDS.md", writeFieldReference());
