/** One JSON line per present schema, for scripts in other languages. */
import { presentSchemas } from "../../schemas/codec.ts";

for (const row of presentSchemas()) process.stdout.write(`${JSON.stringify(row)}\n`);
