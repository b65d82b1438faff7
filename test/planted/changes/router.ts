/** Planted changes to `router/`. */
import type { PlantedChange } from "../change.ts";

export const ROUTER_CHANGES: readonly PlantedChange[] = [
  { file: "router/amounts.ts", find: "relative: share[0] / 100", put: "relative: share[0]" },
  {
    file: "router/classifier/cross-validation.ts",
    find: "[...pool.filter((_, i) => folds[i] !== fold), ...descriptions]",
    put: "[...pool, ...descriptions]",
  },
  {
    file: "router/classifier/dot.ts",
    find: "for (let j = whole; j < b.length; j++)",
    put: "for (let j = whole + 1; j < b.length; j++)",
  },
  {
    file: "router/classifier/example.ts",
    find: "(labels.length * mass[y[i]!]!)",
    put: "(labels.length * total)",
  },
  { file: "router/classifier/folds.ts", find: "items[i]!.group ?? `row ${i}`", put: "`row ${i}`" },
  { file: "router/classifier/random.ts", find: "random() * (i + 1)", put: "random() * i" },
  {
    file: "router/classifier/router-model.ts",
    find: '  if (language === "none") return "empty";',
    put: "",
  },
  {
    file: "router/encoder/tokenizer.ts",
    find: "pieces[Math.round((i * (count - 1)) / (MAX_WINDOWS - 1))]",
    put: "pieces[i]",
  },
  {
    file: "router/encoder/weights.ts",
    find: "if (found === expected) return;",
    put: "if (found.length === expected.length) return;",
  },
  {
    file: "router/open.ts",
    find: 'typeof error.data["reason"] === "string" ? error.data["reason"] : ""',
    put: '""',
  },
  { file: "router/training/evaluate.ts", find: "accepted: empty,", put: "accepted: false," },
  {
    file: "router/training/promote.ts",
    find: "{ ...detail, metrics: promoted.metrics }",
    put: "{ ...detail }",
  },
  { file: "router/words/concept.ts", find: '(?!${LETTER})`, "i")', put: '(?!${LETTER})`, "")' },
  {
    file: "router/words/concepts.ts",
    find: "[...ROLE_CONCEPTS, ...SCOPE_CONCEPTS]",
    put: "[...ROLE_CONCEPTS]",
  },
  { file: "router/words/features.ts", find: "  result.set(extra, embedding.length);", put: "" },
  {
    file: "router/words/foreign-concepts.ts",
    find: '"senk*|erhöh*|halbier*|',
    put: '"senk*|erhöh*|',
  },
  {
    file: "router/words/role-concepts.ts",
    find: "half-?li(?:fe|ves)|persisten*",
    put: "persisten*",
  },
  {
    file: "router/words/roles.ts",
    find: '  "stakeholder",\n  "research_persona",\n  OUT_OF_SCOPE,',
    put: '  "research_persona",\n  OUT_OF_SCOPE,',
  },
  { file: "router/words/scope-concepts.ts", find: '"printer|password|', put: '"password|' },
];
