/** Protects: a workbook is read by others (Python's zipfile and XML) with the values that were written. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWorkbook } from "../../infra/xlsx.ts";

const READ = `
import sys, zipfile, json
import xml.etree.ElementTree as tree
space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
for name in book.namelist():
    tree.fromstring(book.read(name))
rows = []
for row in tree.fromstring(book.read("xl/worksheets/sheet2.xml")).iter(space + "row"):
    rows.append(["".join(cell.itertext()) for cell in row])
print(json.dumps(rows))
`;

const sheets = [
  { name: "first", head: ["a"], rows: [[1]] },
  {
    name: "two & more",
    head: ["x", "y"],
    rows: [
      ["<b>=1+1\u0000", 0.1 + 0.2],
      [null, true],
    ],
  },
];

test("a workbook holds every cell, numbers with all their digits and texts as texts", () => {
  const file = join(mkdtempSync(join(tmpdir(), "mmm-xlsx-")), "book.xlsx");
  writeFileSync(file, writeWorkbook(sheets));
  const read = spawnSync("python3", ["-c", READ, file], { encoding: "utf8" });
  expect(read.stderr).toBe("");
  expect(JSON.parse(read.stdout)).toEqual([
    ["x", "y"],
    ["<b>=1+1", "0.30000000000000004"],
    ["", "1"],
  ]);
});

test("equal tables are equal bytes", () => {
  expect(writeWorkbook(sheets).equals(writeWorkbook(sheets))).toBe(true);
});
