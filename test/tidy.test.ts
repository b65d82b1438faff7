/**
 * The laws of the tree: who may import whom, one file per package, headers, names. Each law has a
 * planted fault below that it must find.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Folder -> folders it may import from. Folders not named here wire things together. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  model: [],
  session: ["schemas"],
  router: ["schemas"],
  guard: ["schemas", "session", "model"],
  producers: ["schemas", "session"],
  infra: ["schemas", "session"],
  consumers: ["schemas", "session", "model", "guard", "router", "producers"],
  api: ["schemas", "session", "producers"],
  dashboard: ["schemas", "session", "model"],
};

/** Folders that hold product code. */
const SOURCES = [...Object.keys(ARROWS), "cli"];

/** Packages that a vocabulary needs everywhere. */
const SHARED_PACKAGES: ReadonlySet<string> = new Set(["zod"]);
/** Packages with more than one user: every command, and the protocol's two sides. */
const PACKAGE_FILES_MAX: Readonly<Record<string, number>> = { commander: 100, "@a2a-js/sdk": 2 };

const BANNED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, instead: "do it, or file it" },
  { pattern: /^export \* from/m, instead: "import from the file that holds it" },
  { pattern: /^export default/m, instead: "a named export" },
  { pattern: /\bMath\.random\(/, instead: "a seeded generator, or crypto" },
];

interface Source {
  readonly path: string;
  readonly text: string;
}

/** All complaints about a set of files. */
function complaints(files: readonly Source[]): string[] {
  return [...files.flatMap(fileComplaints), ...packageComplaints(files)];
}

function fileComplaints({ path, text }: Source): string[] {
  const folder = path.split("/")[0] ?? "";
  const found: string[] = [];
  for (const target of importsOf(text)) {
    const match = /^\.\.?\/(?:(\w+)\/)?/.exec(target);
    const other = target.startsWith("../") ? match?.[1] : undefined;
    const allowed = ARROWS[folder];
    if (other === undefined || other === folder || allowed === undefined) continue;
    if (!allowed.includes(other)) found.push(`${path} imports ${other}/: no such arrow`);
  }
  if (!/^(?:#!.*\n)?\s*\/\*\*/.test(text)) found.push(`${path} does not open with what it owns`);
  for (const { pattern, instead } of BANNED) {
    if (pattern.test(text)) found.push(`${path} holds ${pattern.source}: ${instead}`);
  }
  if (/(?:^|\/)(?:utils?|helpers?|common|misc|index)\.ts$/.test(path)) {
    found.push(`${path} is named for nothing it holds`);
  }
  return found;
}

function packageComplaints(files: readonly Source[]): string[] {
  const users = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    for (const target of importsOf(text)) {
      if (target.startsWith(".") || target.startsWith("node:")) continue;
      const name = target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/");
      users.set(name, (users.get(name) ?? new Set()).add(path));
    }
  }
  return [...users]
    .filter(
      ([name, paths]) => !SHARED_PACKAGES.has(name) && paths.size > (PACKAGE_FILES_MAX[name] ?? 1),
    )
    .map(([name, paths]) => `${name} is imported by ${[...paths].join(" and ")}`);
}

function importsOf(text: string): string[] {
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*["']([^"']+)["']/g,
  );
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  const bare = text.matchAll(/(?:^|\n)import\s+["']([^"']+)["']/g);
  return [...statements, ...dynamic, ...bare].map((match) => match[1] ?? "");
}

function sources(): Source[] {
  return SOURCES.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map(({ name }) => ({
        path: join(folder, name),
        text: readFileSync(join(folder, name), "utf8"),
      })),
  );
}

describe("the tree", () => {
  it("has source files in every folder with a law", () => {
    const files = sources();
    for (const folder of SOURCES.filter((name) => name !== "dashboard")) {
      expect(
        files.some(({ path }) => path.startsWith(`${folder}/`)),
        folder,
      ).toBe(true);
    }
    expect(files.length).toBeGreaterThan(100);
  });

  it("keeps its laws", () => {
    expect(complaints(sources())).toEqual([]);
  });
});

describe("the checker", () => {
  const header = "/** A file. */\n";
  const plant = (path: string, text: string) => complaints([{ path, text }]);

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

  it("finds a package in two files", () => {
    const text = `${header}import avro from "avsc";`;
    expect(
      complaints([
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
  });
});
