/**
 * The laws of the tree (test/support/tree-law.ts): the tree keeps them, ARCHITECTURE tells them, and the
 * checker finds a planted fault of each kind.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findWayComplaints } from "./support/event-way.ts";
import { countNames, OF_MAX, REPEATED_MAX, VERB_FIRST_MIN } from "./support/name-law.ts";
import {
  findComplaints,
  FOLDER_FILES_MAX,
  readSources,
  ROOMS,
  type Source,
  writeRoomsTable,
} from "./support/tree-law.ts";

const PRODUCT = Object.keys(ROOMS);

describe("the tree", () => {
  it("has source files in every room with a law", () => {
    for (const room of PRODUCT) expect(readSources(room).length, room).toBeGreaterThan(0);
  });

  it("keeps its laws", () => {
    expect(findComplaints(PRODUCT.flatMap(readSources))).toEqual([]);
  });

  it("keeps tests and benches in folders of the same size", () => {
    const files = ["test", "bench"].flatMap(readSources);
    expect(findComplaints(files).filter((one) => one.includes("files: at most"))).toEqual([]);
  });

  it("names its functions by verbs, and no two things alike", () => {
    const { functions, verbFirst, endsInOf, repeated } = countNames(PRODUCT.flatMap(readSources));
    expect(functions).toBeGreaterThan(2_000);
    expect(verbFirst).toBeGreaterThanOrEqual(VERB_FIRST_MIN);
    expect(endsInOf).toBeLessThanOrEqual(OF_MAX);
    expect(repeated.length, repeated.join()).toBeLessThanOrEqual(REPEATED_MAX);
  });

  it("is told in ARCHITECTURE as the law has it", () => {
    expect(readFileSync("ARCHITECTURE.md", "utf8")).toContain(writeRoomsTable());
  });

  it("lets an event go the way that ARCHITECTURE tells, call by call", () => {
    const text = readFileSync("ARCHITECTURE.md", "utf8");
    expect(findWayComplaints(text, PRODUCT.flatMap(readSources))).toEqual([]);
  });
});

describe("the checker", () => {
  const header = "/** A file. */\n";
  const plant = (path: string, text: string) => findComplaints([{ path, text }]);

  it("finds an import against the arrows, also a type, a dynamic and a bare one", () => {
    for (const text of [
      'import { a } from "../infra/b.ts";',
      'import type { A } from "../infra/b.ts";',
      'import {\n  a,\n  type B,\n} from "../infra/b.ts";',
      'export { a } from "../infra/b.ts";',
      'const b = await import("../infra/b.ts");',
      'import "../infra/b.ts";',
    ]) {
      expect(plant("session/x.ts", header + text), text).toEqual([
        "session/x.ts imports infra/: no such arrow",
      ]);
    }
    expect(plant("cli/x.ts", `${header}import { a } from "../infra/b.ts";`)).toEqual([]);
  });

  it("finds an import against the arrows two folders deep, and lets the room itself be", () => {
    const text = `${header}import { a } from "../../../infra/kafka/log.ts";`;
    expect(plant("session/inner/deep/y.ts", text)).toEqual([
      "session/inner/deep/y.ts imports infra/: no such arrow",
    ]);
    const own = `${header}import { a } from "../../state.ts";`;
    expect(plant("session/inner/deep/y.ts", own)).toEqual([]);
  });

  it("finds chance, a default export and an unfinished mark two folders deep", () => {
    expect(plant("infra/a/b/x.ts", `${header}export default 1;`)).toHaveLength(1);
    expect(plant("session/a/b/x.ts", `${header}const a = Math.random();`)).toHaveLength(1);
    expect(plant("api/a/b/x.ts", `${header}// ${"TO"}DO later`)).toHaveLength(1);
  });

  it("finds a package in two files", () => {
    const text = `${header}import avro from "avsc";`;
    expect(
      findComplaints([
        { path: "schemas/a.ts", text },
        { path: "schemas/b.ts", text },
      ]),
    ).toEqual(["avsc is imported by schemas/a.ts and schemas/b.ts"]);
  });

  it("finds a missing header, a barrel, a default export, chance, an unfinished mark and a bad name", () => {
    expect(plant("model/x.ts", "export const a = 1;")).toHaveLength(1);
    expect(plant("model/x.ts", `${header}export * from "./y.ts";`)).toHaveLength(1);
    expect(plant("model/x.ts", `${header}export default 1;`)).toHaveLength(1);
    expect(plant("model/x.ts", `${header}const a = Math.random();`)).toHaveLength(1);
    expect(plant("model/x.ts", `${header}// ${"TO"}DO later`)).toHaveLength(1);
    expect(plant("model/utils.ts", header)).toHaveLength(1);
    expect(plant("model/base/numbers.ts", header)).toHaveLength(1);
  });

  it("finds an identifier of the old vocabulary, and leaves comments and texts alone", () => {
    expect(plant("session/x.ts", `${header}export interface Place {}`)).toEqual([
      "session/x.ts names something Place: TopicPartition",
    ]);
    expect(plant("infra/x.ts", `${header}const { drawer } = parts; // here`)).toEqual([
      "infra/x.ts names something drawer: sessionCache",
    ]);
    expect(plant("infra/x.ts", `${header}const a = \`at \${lane.cursor}\`;`)).toHaveLength(1);
    for (const text of [
      "// the Place of a desk\n/* a lane */",
      'const a = "desk"; const b = \'lane\'; const c = `a "wish"`;',
      "const replaced = placement; const { workplace } = a;",
    ]) {
      expect(plant("session/x.ts", header + text), text).toEqual([]);
    }
  });

  it("finds a file that repeats its folder and a folder that is too full", () => {
    expect(plant("infra/kafka/kafka-log.ts", header)).toEqual([
      "infra/kafka/kafka-log.ts repeats its folder's name",
    ]);
    const crowd: Source[] = Array.from({ length: FOLDER_FILES_MAX + 1 }, (_, n) => ({
      path: `model/fit/x${n}.ts`,
      text: header,
    }));
    expect(findComplaints(crowd)).toEqual(["model/fit holds 26 files: at most 25"]);
  });

  it("finds an exported name that is no verb but ends in Of", () => {
    for (const text of [
      "export function rulesOf(a) {}",
      "export async function* rulesOf(a) {}",
      "export const rulesOf = (a) => a;",
    ]) {
      expect(plant("session/x.ts", header + text), text).toEqual([
        "session/x.ts exports rulesOf: a verb first",
      ]);
    }
    expect(plant("session/x.ts", `${header}function rulesOf(a) {}`)).toEqual([]);
  });

  it("counts functions by verb, by Of and by repetition, and no words of comments", () => {
    const text = [
      "export function readX() {}",
      "  async function writeY() {}",
      "function* sizeOf() {}",
      "// function no() {}",
      "const a = 'function no() {}';",
    ].join("\n");
    expect(countNames([{ path: "a.ts", text }])).toEqual({
      functions: 3,
      verbFirst: 2 / 3,
      endsInOf: 1 / 3,
      repeated: [],
    });
    const thrice = ["a.ts", "b.ts", "c.ts"].map((path) => ({ path, text }));
    expect(countNames(thrice).repeated).toEqual(["readX", "writeY", "sizeOf"]);
  });

  it("finds a step of an event's way that is no call, and a file that is not there", () => {
    const files: Source[] = [
      { path: "cli/a.ts", text: 'import { b } from "../app/b.ts";\nimport "../app/c.ts";' },
      { path: "app/b.ts", text: 'import { d } from "../model/d.ts";' },
      { path: "app/c.ts", text: 'import type { A } from "../cli/a.ts";' },
      { path: "model/d.ts", text: "" },
    ];
    const tell = (cell: string) =>
      findWayComplaints(`## 3 One event's way\n\n| 1 x | ${cell} | y |\n\n## 4 z\n`, files);
    expect(tell("`cli/a.ts` → `app/b.ts` → `model/d.ts`")).toEqual([]);
    expect(tell("`cli/a.ts` → `app/b.ts`, `app/c.ts`")).toEqual([]);
    expect(tell("`cli/a.ts` ⇢ `app/c.ts`")).toEqual([]);
    expect(tell("`cli/a.ts` ⇢ `app/b.ts`")).toEqual(["cli/a.ts ⇢ app/b.ts: no such call"]);
    expect(tell("`app/b.ts` → `app/c.ts`")).toEqual(["app/b.ts → app/c.ts: no such call"]);
    expect(tell("`app/b.ts` → `d.ts`")).toEqual(["d.ts is not there"]);
    expect(tell("nothing")).toEqual(["the table names no steps"]);
  });
});
