/**
 * The laws of the tree (test/support/tree-law.ts): the tree keeps them, ARCHITECTURE tells them, and the
 * checker finds a planted fault of each kind.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
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

  it("is told in ARCHITECTURE as the law has it", () => {
    expect(readFileSync("ARCHITECTURE.md", "utf8")).toContain(writeRoomsTable());
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
});
