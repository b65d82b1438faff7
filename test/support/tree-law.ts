/**
 * The law of the tree as data, and the checker that reads it: who may import whom, one file a package,
 * headers, names, sizes of rooms. ARCHITECTURE's table of rooms is written from here.
 *
 * I1. Imports are resolved: a file any number of folders deep is judged by the top-level room it is in
 *     and the one it reaches.
 * I2. A room that is not named in `ROOMS` has no law and may hold no product code.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { findNameComplaints } from "./name-law.ts";

export interface Room {
  /** What a stranger finds there, for ARCHITECTURE. */
  readonly holds: string;
  /** The rooms that it may import from; "all" for the rooms that wire things together. */
  readonly imports: readonly string[] | "all";
}

export const ROOMS: Readonly<Record<string, Room>> = {
  schemas: {
    holds: "events, codec, envelope, topics, errors, canonical JSON",
    imports: [],
  },
  tables: {
    holds: "bytes of a file of any dialect to a table, and what is wrong with it; pure",
    imports: ["schemas"],
  },
  model: { holds: "the MMM engine, pure", imports: ["tables"] },
  session: {
    holds: "state, decisions, ladder, chain, audit, ports; pure",
    imports: ["schemas"],
  },
  guard: {
    holds: "specification, rules, signature, words, clearances",
    imports: ["schemas", "session", "model"],
  },
  router: { holds: "encoder, classifier, rules on words, training", imports: ["schemas"] },
  producers: { holds: "how events leave", imports: ["schemas", "session"] },
  agents: {
    holds: "who reasons: built in, Claude, remote; business context and benchmarks",
    imports: ["schemas", "session", "model", "guard", "router", "tables"],
  },
  consumers: {
    holds: "the loop, the coordinator, the trainer, one file a role",
    imports: ["schemas", "session", "model", "guard", "router", "producers", "agents"],
  },
  infra: {
    holds: "SQLite, Kafka, Redis, memory, Claude, A2A, telemetry, files, keys",
    imports: ["schemas", "session"],
  },
  api: {
    holds: "REST, server-sent events, A2A, intake",
    imports: ["schemas", "session", "producers"],
  },
  dashboard: {
    holds: "report and pictures, pure",
    imports: ["schemas", "session", "model", "tables"],
  },
  app: { holds: "the composition root and the library form", imports: "all" },
  cli: { holds: "commands and what they print", imports: "all" },
};

/** Packages that a vocabulary needs everywhere. */
const SHARED_PACKAGES: ReadonlySet<string> = new Set(["zod"]);
/** Packages with more than one user: every command, and the protocol's two sides. */
const PACKAGE_FILES_MAX: Readonly<Record<string, number>> = { commander: 100, "@a2a-js/sdk": 2 };

/** TypeScript files that a folder may hold, sub-folders not counted. */
export const FOLDER_FILES_MAX = 25;

const BANNED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, instead: "do it, or file it" },
  { pattern: /^export \* from/m, instead: "import from the file that holds it" },
  { pattern: /^export default/m, instead: "a named export" },
  { pattern: /\bMath\.random\(/, instead: "a seeded generator, or crypto" },
];

/**
 * Names that the tree had before its vocabulary was the field's (docs/GLOSSARY.md): identifiers, as they
 * stand in code. Comments, texts and what is published may use the words.
 */
export const BANNED_IDENTIFIERS: Readonly<Record<string, string>> = {
  Place: "TopicPartition",
  placeName: "formatTopicPartition",
  placeFor: "resolveTopicPartition",
  placesOf: "listTopicPartitions",
  Desk: "PartitionProcessor",
  desk: "processor",
  createDesk: "createPartitionProcessor",
  Drawer: "SessionCache",
  drawer: "sessionCache",
  createDrawer: "createSessionCache",
  Folder: "SessionEntry",
  Lane: "AssignedPartition, or KeyedQueue",
  Lanes: "KeyedQueue",
  lane: "assignedPartition, or queue",
  lanes: "queue",
  vouching: "attachments",
  Wish: "ParameterRequest",
  TuningWish: "TuningRequest",
  wish: "tuningRequest",
  wishes: "tuningRequests",
  grantWish: "applyTuningRequests",
  Memos: "KeyValueStore",
  MemoOptions: "CachedJudgeOptions",
  memoKey: "computeVerdictKey",
  rememberToken: "putCachedPayload",
  rememberedJudge: "createCachedJudge",
  JudgingTools: "VerdictRequestTools",
  judging: "requestVerdict",
  createJudging: "createVerdictRequest",
  Sealer: "SecretBox",
  sealer: "secretBox",
  createSealer: "createSecretBox",
  Rung: "EscalationStep",
  rung: "escalationStep",
  rungOf: "chooseEscalationStep",
};

const NAMELESS = /(?:^|\/)(?:base|utils?|helpers?|common|misc|index)(?:\.ts$|\/)/;

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** All complaints about a set of files, each one line: which file, what. */
export function findComplaints(files: readonly Source[]): string[] {
  return [
    ...files.flatMap(findFileComplaints),
    ...findPackageComplaints(files),
    ...findFolderComplaints(files),
    ...findNameComplaints(files),
  ];
}

function findFileComplaints(file: Source): string[] {
  const { path, text } = file;
  const found = findForbiddenImports(file);
  if (!/^(?:#!.*\n)?\s*\/\*\*/.test(text)) found.push(`${path} does not open with what it owns`);
  for (const { pattern, instead } of BANNED) {
    if (pattern.test(text)) found.push(`${path} holds ${pattern.source}: ${instead}`);
  }
  found.push(...findBannedIdentifiers(file));
  if (NAMELESS.test(path)) found.push(`${path} is named for nothing it holds`);
  if (repeatsItsFolder(path)) found.push(`${path} repeats its folder's name`);
  return found;
}

function findBannedIdentifiers({ path, text }: Source): string[] {
  // Patterns that read people's words hold these as words.
  if (path.startsWith("guard/words/")) return [];
  const words = new Set(removeCommentsAndTexts(text).match(/[A-Za-z_$][\w$]*/g));
  return Object.entries(BANNED_IDENTIFIERS)
    .filter(([identifier]) => words.has(identifier))
    .map(([identifier, instead]) => `${path} names something ${identifier}: ${instead}`);
}

/** The code alone: of a template what stands in its braces. */
function removeCommentsAndTexts(text: string): string {
  const skipped =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(skipped, (part) =>
    part.startsWith("`") ? [...part.matchAll(/\$\{([^{}]*)\}/g)].join(" ") : " ",
  );
}

function findForbiddenImports({ path, text }: Source): string[] {
  const room = path.split("/")[0] ?? "";
  const allowed = ROOMS[room]?.imports;
  if (allowed === undefined || allowed === "all") return [];
  const reached = listImports(text)
    .filter((target) => target.startsWith("."))
    .map((target) => resolveImport(path, target).split("/")[0] ?? "");
  return [...new Set(reached)]
    .filter((other) => other !== room && !allowed.includes(other))
    .map((other) => `${path} imports ${other}/: no such arrow`);
}

/** `kafka/kafka-log.ts` says Kafka twice. */
function repeatsItsFolder(path: string): boolean {
  const [name = "", folder = ""] = path.split("/").toReversed();
  return name.startsWith(`${folder}-`);
}

function findPackageComplaints(files: readonly Source[]): string[] {
  const users = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    for (const target of listImports(text)) {
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

function findFolderComplaints(files: readonly Source[]): string[] {
  const counts = Map.groupBy(files, ({ path }) => posix.dirname(path));
  return [...counts]
    .filter(([, inside]) => inside.length > FOLDER_FILES_MAX)
    .map(
      ([folder, inside]) => `${folder} holds ${inside.length} files: at most ${FOLDER_FILES_MAX}`,
    );
}

/** Everything that a file imports: statements, types, dynamic and bare imports. */
export function listImports(text: string): string[] {
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*["']([^"']+)["']/g,
  );
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  const bare = text.matchAll(/(?:^|\n)import\s+["']([^"']+)["']/g);
  return [...statements, ...dynamic, ...bare].map((match) => match[1] ?? "");
}

/** The file, from the root, that an import of a file reaches; a package's name as it is. */
export function resolveImport(path: string, target: string): string {
  return target.startsWith(".") ? posix.join(posix.dirname(path), target) : target;
}

/** The TypeScript files below a folder, however deep. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => posix.join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** ARCHITECTURE's table of rooms. */
export function writeRoomsTable(): string {
  const rows = Object.entries(ROOMS).map(([name, { holds, imports }]) => {
    const arrows = imports === "all" ? "all" : imports.join(", ") || "–";
    return `| \`${name}/\` | ${holds} | ${arrows} |`;
  });
  return ["| folder | holds | may import |", "|---|---|---|", ...rows].join("\n");
}

/** `node test/support/tree-law.ts` writes the table into ARCHITECTURE anew. */
if (import.meta.main) {
  const text = readFileSync("ARCHITECTURE.md", "utf8");
  const table = /\| folder \| holds \| may import \|\n(?:\|.*\|\n)+/;
  writeFileSync("ARCHITECTURE.md", text.replace(table, `${writeRoomsTable()}\n`));
}
