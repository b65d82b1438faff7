/** Planted changes to `cli/`. */
import type { PlantedChange } from "../change.ts";

export const CLI_CHANGES: readonly PlantedChange[] = [
  {
    file: "cli/command-line.ts",
    find: 'if (error.code !== "EPIPE") throw error;',
    put: "throw error;",
  },
  {
    file: "cli/output/comparison.ts",
    find: "if (new Set(results.map(read)).size < 2) return [];",
    put: "",
  },
  {
    file: "cli/output/budget-plans.ts",
    find: "row.spend_after / count,",
    put: "row.spend_after,",
  },
  {
    file: "cli/commands/guide/draft-questions.ts",
    find: "if (ask === null || guess.sure) return guess;",
    put: "if (ask === null) return guess;",
  },
  {
    file: "cli/commands/guide/draft-table.ts",
    find: "|| second !== undefined || !SPEND_WORDS",
    put: "|| second !== undefined || SPEND_WORDS",
  },
  {
    file: "cli/commands/guide/init.ts",
    find: "if (roles.channels.length === 0) {",
    put: "if (roles.channels.length < 0) {",
  },
  {
    file: "cli/output/completion.ts",
    find: 'filter(({ path }) => path.includes(" "))',
    put: 'filter(({ path }) => path.includes("-"))',
  },
  {
    file: "cli/output/draft-text.ts",
    find: "const named = of === undefined ?",
    put: "const named = of !== undefined ?",
  },
  {
    file: "cli/output/next-steps.ts",
    find: 'folders.output === DEFAULT_FOLDERS.output ? ""',
    put: 'folders.output !== "never" ? ""',
  },
  {
    file: "cli/terms/find-term.ts",
    find: "also.some(hit)",
    put: "also.every(hit)",
  },
  {
    file: "cli/commands/audit.ts",
    find: 'if (standing === "consistent") {',
    put: 'if (file === "") {',
  },
  {
    file: "cli/commands/data/check.ts",
    find: "process.exitCode = ERROR_CODES.data_invalid.exit;",
    put: "process.exitCode = 0;",
  },
  {
    file: "cli/commands/escalations.ts",
    find: 'if (text.trim() === "") throw',
    put: 'if (text === "never") throw',
  },
  {
    file: "cli/commands/guard.ts",
    find: "if ((options.batch === undefined) === (options.proposal === undefined)) {",
    put: 'if (options.batch === "never") {',
  },
  { file: "cli/commands/run.ts", find: "if (failure !== undefined)", put: "if (failure === null)" },
  { file: "cli/options.ts", find: "|| value < 0 || value > 1", put: "|| value > 1" },
  {
    file: "cli/output/escalation-screen.ts",
    find: "Object.hasOwn(BIBLIOGRAPHY, key) ? [BIBLIOGRAPHY",
    put: "key in BIBLIOGRAPHY ? [BIBLIOGRAPHY",
  },
  {
    file: "cli/output/export.ts",
    find: "/^[=+\\-@\\t\\r]/.test(text)",
    put: "/^[+\\-@\\t\\r]/.test(text)",
  },
  {
    file: "cli/output/guard-explain.ts",
    find: "shown(before) === shown(now) ? shown(now)",
    put: "before === now + 1 ? shown(now)",
  },
  {
    file: "cli/output/progress.ts",
    find: "if (state.baseline === null || state.iteration > 0) return null;",
    put: "if (state.baseline !== null || state.iteration > 0) return null;",
  },
  {
    file: "cli/command-settings.ts",
    find: "...(log === undefined ? {} : { MMM_LOG: log }),",
    put: '...(log === undefined ? { MMM_LOG: "sqlite" } : {}),',
  },
  {
    file: "cli/output/table.ts",
    find: "line.trimEnd()",
    put: "line",
  },
  {
    file: "cli/program.ts",
    find: 'words[0] === "help" ? words[1] : words[0];',
    put: "words[0];",
  },
  { file: "cli/version.ts", find: "{ version: string }).version", put: "{ name: string }).name" },
  {
    file: "cli/output/deployment.ts",
    find: "last.length + 1 + word.length > width",
    put: "last.length + 1 + word.length > 2 * width",
  },
  {
    file: "cli/output/cautions.ts",
    find: "raised && stops).map(toCaution)",
    put: "raised || stops).map(toCaution)",
  },
];
