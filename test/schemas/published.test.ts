import { readdirSync, readFileSync } from "node:fs";
import avro from "avsc";
import { describe, expect, it } from "vitest";
import { decodeEvent, presentSchemas } from "../../schemas/codec.ts";
import { withoutDefaults } from "../../schemas/written-data.ts";
import golden from "../golden/events.json" with { type: "json" };

const FOLDER = "schemas/published";

interface Version {
  readonly name: string;
  readonly type: string;
  readonly json: string;
  readonly avro: avro.Type;
}

const versions: readonly Version[] = readdirSync(FOLDER).map((file) => {
  const json = readFileSync(`${FOLDER}/${file}`, "utf8");
  const name = file.replace(/\.avsc$/, "");
  const parsed = avro.Type.forSchema(JSON.parse(json), { wrapUnions: "never" });
  return { name, type: name.split(".")[0] ?? "", json, avro: parsed };
});

/** Whether a reader of one schema can read what the other wrote. */
function readable(reader: avro.Type, writer: avro.Type): boolean {
  try {
    reader.createResolver(writer);
    return true;
  } catch {
    return false;
  }
}

describe("published schemas", () => {
  it("hold the present version of every event (npm run schemas:publish)", () => {
    const names = new Set(versions.map((version) => version.name));
    const missing = presentSchemas()
      .map((row) => `${row.type}.${row.fingerprint}`)
      .filter((name) => !names.has(name));
    expect(missing).toEqual([]);
  });

  it("are FULL_TRANSITIVE: every version reads every other of its event, both ways", () => {
    for (const reader of versions) {
      for (const writer of versions.filter((version) => version.type === reader.type)) {
        expect(readable(reader.avro, writer.avro), `${reader.name} reads ${writer.name}`).toBe(
          true,
        );
      }
    }
  });

  it("would be refused with a new field that has no default, or a changed type", () => {
    const decided = versions.find((version) => version.type === "HumanDecided");
    const schema = JSON.parse(decided?.json ?? "{}");
    const with_ = (fields: unknown[]) =>
      avro.Type.forSchema({ ...schema, fields } as avro.Schema, { wrapUnions: "never" });
    const added = with_([...schema.fields, { name: "new", type: "string" }]);
    const retyped = with_(
      schema.fields.map((field: object, at: number) =>
        at === 0 ? { ...field, type: "int" } : field,
      ),
    );
    for (const bad of [added, retyped]) {
      expect(readable(bad, (decided as Version).avro)).toBe(false);
    }
  });

  it("give every enum a default, so that an old reader survives a new symbol", () => {
    for (const { name, json } of versions) {
      for (const found of json.matchAll(/"type": "enum"[^}]*}/g)) {
        expect(found[0], name).toContain('"default": "UNKNOWN"');
      }
    }
  });
});

describe("golden bodies", () => {
  it("of every published version still decode to what was written, with nothing to be learnt", () => {
    for (const { name, type } of versions) {
      const kept = (golden as Record<string, { body: string; data: unknown }>)[name];
      expect(kept, name).toBeDefined();
      const event = decodeEvent(Buffer.from(kept?.body ?? "", "hex"));
      expect(event.type, name).toBe(type);
      const said = (data: unknown) => withoutDefaults(event.type, data);
      expect(said(JSON.parse(JSON.stringify(event.data))), name).toEqual(said(kept?.data));
    }
  });
});
