/** One JSON line per present schema, for scripts in other languages. */
import { listSchemas } from "../../schemas/codec.ts";

for (const row of listSchemas()) process.stdout.write(`${JSON.stringify(row)}\n`);
