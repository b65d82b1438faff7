/** Files of a draft: all or none, and nothing of a person's written over. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDraftSchemas, writeDraftFiles } from "../../../app/draft/folder.ts";
import { scratch } from "../../support/mmm.ts";

const folder = scratch();

describe("files of a draft", () => {
  it("are written whole, folders made", () => {
    expect(writeDraftFiles(join(folder, "new"), { "a/b.txt": "x" }, false)).toEqual([
      join(folder, "new", "a/b.txt"),
    ]);
    expect(readFileSync(join(folder, "new", "a/b.txt"), "utf8")).toBe("x");
  });

  it("are all refused where one is there, unless forced", () => {
    writeFileSync(join(folder, "two"), "mine");
    const write = (force: boolean) => writeDraftFiles(folder, { one: "1", two: "2" }, force);
    expect(() => write(false)).toThrow(/two: is there already; give --force/);
    expect(existsSync(join(folder, "one"))).toBe(false);
    write(true);
    expect(readFileSync(join(folder, "two"), "utf8")).toBe("2");
  });

  it("have the schemas that they name", () => {
    for (const [name, text] of Object.entries(readDraftSchemas())) {
      expect(name).toMatch(/^schema\/\w+\.schema\.json$/);
      expect(JSON.parse(text)).toHaveProperty("properties.$schema");
    }
  });
});
