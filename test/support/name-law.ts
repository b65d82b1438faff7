/**
 * The law of names: a function is a verb and its name means one thing.
 *
 * I1. Counted are declared functions of the product, whatever they stand in; methods and functions that
 *     are values are named by what they are part of.
 */

/** A source file by its path from the root. */
interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** Share of functions whose first word is a verb, at least. */
export const VERB_FIRST_MIN = 0.8;
/** Share of functions that end in `Of`, at most; no exported one does. */
export const OF_MAX = 0.02;
/** Names that stand in three or more places, at most. */
export const REPEATED_MAX = 12;

const VERBS: ReadonlySet<string> = new Set(
  (
    "get set is has have can may should make create open close start stop run read write " +
    "parse validate verify sign check assert encode decode build format to from add remove " +
    "delete append push pop take put send fetch load save store list find search resolve " +
    "reject emit publish consume handle process register apply merge split join compare " +
    "sort filter map reduce compute calculate calc evaluate fit train predict sample draw " +
    "render print show log report count sum mean min max clamp round update init reset " +
    "clear flush commit abort fence retry wait sleep wake pause resume connect disconnect " +
    "ensure require normalize convert transform copy clone freeze wrap unwrap with without " +
    "use on off try throw fail judge decide evolve propose review explain advise ask answer " +
    "tune refine allocate simulate monitor expect skip match test escape quote redact hash " +
    "digest seal restore replay fold sweep admit grant choose pick select rank score " +
    "measure tell know look keep forget remember collect gather group index extract strip " +
    "trim cut fill pad generate derive infer detect classify route assign claim release " +
    "lock unlock watch follow listen observe notify dispatch schedule enqueue dequeue drain " +
    "poll visit walk traverse serialize deserialize stringify compile patch replace swap " +
    "move mark settle reserve book pay bind call invoke execute perform do define declare " +
    "describe name label tag cancel complete end finish begin exit return yield next step " +
    "advance go lookup prepare promote shuffle permute project solve minimize maximize " +
    "optimize descend differentiate integrate interpolate estimate bootstrap identify " +
    "authenticate authorize allow deny refuse accept enter leave attach detach mount " +
    "install uninstall upgrade scan inspect dump export import include exclude stream pipe " +
    "spawn fork kill terminate signal catch guard protect enforce limit bound cap truncate " +
    "receive respond reply post upload download rename link unlink within restate escalate " +
    "rederive pin prune place hand note say chase"
  ).split(" "),
);

export interface NameCounts {
  readonly functions: number;
  /** Of all functions, 0 … 1. */
  readonly verbFirst: number;
  readonly endsInOf: number;
  /** Names of functions that stand in three or more places. */
  readonly repeated: readonly string[];
}

/** How the functions of these files are named. */
export function countNames(files: readonly NamedText[]): NameCounts {
  const names = files.flatMap(({ text }) => listFunctions(text));
  const share = (of: (name: string) => boolean): number =>
    names.filter(of).length / Math.max(1, names.length);
  const counts = Map.groupBy(names, (name) => name);
  return {
    functions: names.length,
    verbFirst: share((name) => VERBS.has(readFirstWord(name))),
    endsInOf: share((name) => name.endsWith("Of")),
    repeated: [...counts].filter(([, all]) => all.length >= 3).map(([name]) => name),
  };
}

/** Exported functions that end in `Of`, each one line: which file, which name. */
export function findNameComplaints(files: readonly NamedText[]): string[] {
  const exported = /^export (?:(?:async )?function\s*\*?\s*|const )(\w+Of)\b/gm;
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(exported)].map(([, name]) => `${path} exports ${name}: a verb first`),
  );
}

/** Names of declared functions; a formatted declaration begins its line. */
function listFunctions(text: string): string[] {
  const declared = /^[ \t]*(?:export )?(?:async )?function\s*\*?\s*([\w$]+)/gm;
  return [...text.matchAll(declared)].map(([, name = ""]) => name);
}

/** `readHTTPAnswer` → `read`. */
function readFirstWord(name: string): string {
  const words = name.replace(/^_+/, "").replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2");
  return (words.split(/[ _]/)[0] ?? "").toLowerCase();
}
