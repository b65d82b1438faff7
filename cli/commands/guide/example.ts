/** `mmm init --example`: an example's files, and where its data are if they are not shipped. */
import { join } from "node:path";
import { EXAMPLE_SETS, type ExampleSet } from "../../../app/draft/examples.ts";
import { formatDraftJson, readShippedFile, writeDraftFiles } from "../../../app/draft/folder.ts";
import { BASELINE_FILE, CONTEXT_FILE } from "../../../app/sessions/session-files.ts";
import { MmmError } from "../../../schemas/errors.ts";
import type { Shell } from "../../shell.ts";

interface ExampleOptions {
  readonly output: string;
  readonly unit?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Writes the files of a named example. Throws `usage` for a name that is none. */
export function writeExample(shell: Shell, name: string, options: ExampleOptions): void {
  const example = EXAMPLE_SETS.find((one) => one.name === name);
  if (example === undefined) {
    const rows = EXAMPLE_SETS.map((one) => `${one.name} (${one.about})`).join("; ");
    throw new MmmError("usage", `--example ${name.slice(0, 40)}: there are ${rows}`);
  }
  const written = writeDraftFiles(
    options.output,
    collectFiles(example, options.unit),
    options.force === true,
  );
  const { address, data, about } = example;
  if (options.json === true) {
    shell.out(JSON.stringify({ written, address, data: join(options.output, data) }));
    return;
  }
  shell.out(`${name}: ${about}\nwritten: ${written.join(", ")}`);
  if (address !== null) {
    shell.out(
      `\nthe data are not shipped; get them with\n  curl -fL -o ${join(options.output, data)} ${address}`,
    );
  }
  const run =
    options.output === "." ? "" : ` --baseline-config ${join(options.output, BASELINE_FILE)}`;
  shell.out(`${address === null ? "\n" : ""}next: mmm run${run}`);
}

function collectFiles(
  { folder, data, address }: ExampleSet,
  unit?: string,
): Record<string, string> {
  const context = JSON.parse(readShippedFile("examples/business_context.json")) as object;
  return {
    [BASELINE_FILE]: readShippedFile(join("examples", folder, BASELINE_FILE)),
    [CONTEXT_FILE]: formatDraftJson(
      unit === undefined ? context : { ...context, business_unit: unit },
    ),
    ...(address === null ? { [data]: readShippedFile(join("examples", data)) } : {}),
  };
}
