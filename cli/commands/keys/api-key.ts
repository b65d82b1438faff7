/** `mmm api-key`: makes a key for a machine; only its digest goes into the settings. */
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { API_KEY_PREFIX, digestApiKey } from "../../../api/http/authenticate.ts";
import { SCOPES } from "../../../api/http/principal.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { Shell } from "../../shell.ts";

interface KeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly businessUnits: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Example:
  mmm api-key --name nightly --scopes start,read --business-units emea,apac

Scopes: ${SCOPES.join(", ")}. The key is shown once; put the row under api.keys in the settings.`;

export function addApiKeyCommand(program: Command, shell: Shell): void {
  program
    .command("api-key")
    .description("make an API key")
    .requiredOption("--name <name>", "who will use it")
    .option("--scopes <list>", "what it may do", "start,read")
    .option("--business-units <list>", "for which units, or all", "all")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", EXAMPLES)
    .action((options: KeyOptions) => printNewApiKey(shell, options));
}

function printNewApiKey(shell: Shell, options: KeyOptions): void {
  if (!/^[A-Za-z0-9._-]{1,60}$/.test(options.name)) {
    throw new MmmError("usage", "--name: letters, digits, . _ - only, at most 60");
  }
  const scopes = options.scopes.split(",").map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined) {
    throw new MmmError("usage", `--scopes: "${unknown}" is none of ${SCOPES.join(", ")}`);
  }
  const units = options.businessUnits === "all" ? "all" : options.businessUnits.split(",");
  const key = `${API_KEY_PREFIX}${randomBytes(32).toString("base64url")}`;
  const row = { name: options.name, sha256: digestApiKey(key), scopes, business_units: units };
  if (options.json === true) {
    shell.out(JSON.stringify({ key, row }));
    return;
  }
  shell.out(`key (shown once): ${key}`);
  shell.out(`row for api.keys: ${JSON.stringify(row)}`);
}
