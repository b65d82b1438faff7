/** The shipped JSON Schemas: those that the program parses with, with words for every field. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { computeSessionResults } from "../../session/results.ts";
import { parseExport, verifyExport } from "../../session/audit.ts";
import { keptHistories } from "../support/kept-histories.ts";
import {
  BASELINE_DESCRIPTIONS,
  CONTEXT_DESCRIPTIONS,
  METHODOLOGY_DESCRIPTIONS,
  RESULTS_DESCRIPTIONS,
} from "../support/fields/descriptions.ts";
import {
  buildJsonSchema,
  DOCUMENTS,
  listSchemaFields,
  SCHEMA_FOLDER,
  writeFieldReference,
  type DocumentName,
} from "../support/fields/json-schemas.ts";

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8")) as unknown;
const load = (name: DocumentName) => readJson(`${SCHEMA_FOLDER}/${name}.schema.json`) as object;
const compile = (name: DocumentName) =>
  new Ajv({ strict: false, validateFormats: false }).compile(load(name));

describe("the JSON Schemas", () => {
  it.each(DOCUMENTS)(
    "of %s is the one the program parses with (npm run fields:publish)",
    (name) => {
      expect(load(name)).toEqual(JSON.parse(JSON.stringify(buildJsonSchema(name))));
    },
  );

  it("are told field by field in docs/FIELDS.md", () => {
    expect(readFileSync("docs/FIELDS.md", "utf8")).toBe(writeFieldReference());
  });

  it("have words for every field, and none for fields that are not there", () => {
    const listed = (name: DocumentName) =>
      listSchemaFields(buildJsonSchema(name)).map(([path, { description }]) => ({
        path,
        said: description !== undefined,
      }));
    for (const [name, said] of [
      ["baseline_model", BASELINE_DESCRIPTIONS],
      ["business_context", CONTEXT_DESCRIPTIONS],
      ["methodology_spec", METHODOLOGY_DESCRIPTIONS],
    ] as const) {
      const fields = listed(name);
      expect(fields.filter((field) => !field.said).map(({ path }) => path)).toEqual([]);
      const paths = new Set(fields.map(({ path }) => path));
      expect(Object.keys(said).filter((path) => !paths.has(path))).toEqual([]);
    }
    const top = Object.keys(buildJsonSchema("optimization_results").properties ?? {});
    expect(Object.keys(RESULTS_DESCRIPTIONS)).toEqual(top);
  });

  it("take the shipped files and refuse what the program refuses", () => {
    const baseline = compile("baseline_model");
    const folders = readdirSync("examples", { withFileTypes: true, recursive: true });
    const files = folders.filter(({ name }) => name === "baseline_model.json");
    expect(files.length).toBeGreaterThan(4);
    for (const { parentPath, name } of files) {
      expect(baseline(readJson(`${parentPath}/${name}`)), parentPath).toBe(true);
    }
    const good = readJson("examples/baseline_model.json") as { channels: object[] };
    expect(baseline({ ...good, chanels: [] })).toBe(false);
    const mistyped = { ...good.channels[0], media_type: "telly" };
    expect(baseline({ ...good, channels: [mistyped] })).toBe(false);
    const context = compile("business_context");
    expect(context(readJson("examples/business_context.json"))).toBe(true);
    expect(context({})).toBe(true);
    expect(context({ margin: 40 })).toBe(false);
    const methodology = compile("methodology_spec");
    const shipped = readJson("guard/methodology_spec.json") as object;
    expect(methodology(shipped)).toBe(true);
    expect(methodology({ ...shipped, protected: [] })).toBe(false);
    expect(compile("settings")(parseYaml(readFileSync("config/settings.yaml", "utf8")))).toBe(true);
  });

  it("take the results of kept sessions", () => {
    const results = compile("optimization_results");
    for (const { name, text } of keptHistories()) {
      const { events, head } = verifyExport(parseExport(text));
      const made = JSON.parse(JSON.stringify(computeSessionResults(events, head))) as unknown;
      expect(results(made), `${name}: ${JSON.stringify(results.errors?.slice(0, 2))}`).toBe(true);
    }
  });
});
