import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { assertWritable, readJsonFile, readTextFile, writeWhole } from "../../infra/files.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

describe("files that people name", () => {
  it("are read up to a bound, and the message names file and remedy", () => {
    writeFileSync(path("a.json"), '{"a":1}');
    expect(readJsonFile(path("a.json"))).toEqual({ a: 1 });
    truncateSync(path("a.json"), 1024 * 1024 + 1);
    expect(() => readTextFile(path("a.json"), "json")).toThrow(/a\.json: 1048577 bytes, at most/);
    expect(readTextFile(path("a.json"), "csv").length).toBe(1024 * 1024 + 1);
    expect(() => readTextFile(path("none"), "csv", "data_invalid")).toThrow(
      expect.objectContaining({
        code: "data_invalid",
        message: expect.stringMatching(/check the path/),
      }),
    );
  });

  it("that hold no JSON are told by name", () => {
    writeFileSync(path("b.json"), "{");
    expect(() => readJsonFile(path("b.json"))).toThrow(/b\.json: .*correct the JSON/);
  });

  it("that say a thing twice are refused by name, for the last one would win unseen", () => {
    writeFileSync(path("twice.json"), '{"evaluation":{"folds":4}, "evaluation":{"folds":2}}');
    expect(() => readJsonFile(path("twice.json"))).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        message: expect.stringMatching(/twice\.json: The key .*evaluation/),
      }),
    );
    writeFileSync(path("own.json"), '{"größe":12345678901234567890}');
    expect(readJsonFile(path("own.json"))).toEqual({ größe: Number("12345678901234567890") });
  });

  it("are written whole, with their folder, and leave nothing else behind", () => {
    writeWhole(path("deep/er/out.txt"), "text");
    expect(readTextFile(path("deep/er/out.txt"), "csv")).toBe("text");
    expect(readdirSync(path("deep/er"))).toEqual(["out.txt"]);
    writeFileSync(path("file"), "");
    expect(() => writeWhole(path("file/out"), "x")).toThrow(/choose another --output/);
    assertWritable(path("probe"));
    expect(readdirSync(path("probe"))).toEqual([]);
    expect(() => assertWritable(path("file/sub"))).toThrow(
      expect.objectContaining({ code: "output_unwritable" }),
    );
  });
});
