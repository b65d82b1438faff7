/** Planted changes to `router/`. */
import type { PlantedChange } from "../change.ts";

export const ROUTER_CHANGES: readonly PlantedChange[] = [
  { file: "router/amounts.ts", find: "relative: share[0] / 100", put: "relative: share[0]" },
  {
    file: "router/classifier/calibration.ts",
    find: "wrong / (i + 1) <= maxError",
    put: "wrong / (i + 1) <= 9 * maxError",
  },
  {
    file: "router/classifier/checkpoint.ts",
    find: "if (document.encoder_digest !== expected.encoderDigest) {",
    put: 'if (document.encoder_digest === "") {',
  },
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
  {
    file: "router/classifier/head.ts",
    find: "probabilities[k]! > probabilities[best]!",
    put: "probabilities[k]! < probabilities[best]!",
  },
  {
    file: "router/classifier/lbfgs.ts",
    find: "target[i]! + scale * source[i]!",
    put: "target[i]! - scale * source[i]!",
  },
  { file: "router/classifier/neighbours.ts", find: "row !== i && counts(row)", put: "counts(row)" },
  { file: "router/classifier/random.ts", find: "random() * (i + 1)", put: "random() * i" },
  {
    file: "router/classifier/router-model.ts",
    find: '  if (language === "none") return "empty";',
    put: "",
  },
  { file: "router/classifier/softmax-regression.ts", find: "(k === truth ? 1 : 0)", put: "0" },
  {
    file: "router/encoder/onnx-runtime.ts",
    find: "  refuseQuantisedActivations(model);\n",
    put: "",
  },
  {
    file: "router/encoder/sentence-encoder.ts",
    find: "message.vectors.slice(i * dimension, (i + 1) * dimension)",
    put: "message.vectors.slice(0, dimension)",
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
    file: "router/intent.ts",
    find: 'label === "research_persona" && ASKS.test(text)',
    put: 'label === "stakeholder" && ASKS.test(text)',
  },
  {
    file: "router/open.ts",
    find: 'typeof error.data["reason"] === "string" ? error.data["reason"] : ""',
    put: '""',
  },
  {
    file: "router/route.ts",
    find: "!excluded.has(role) && tools.mayTake(role, request.kind)",
    put: "tools.mayTake(role, request.kind)",
  },
  {
    file: "router/shadow.ts",
    find: "candidate.accuracy <= rules.accuracy",
    put: "candidate.accuracy < rules.accuracy",
  },
  {
    file: "router/training/collect.ts",
    find: "if (work.byPerson) {",
    put: "if (!work.byPerson) {",
  },
  {
    file: "router/training/dataset.ts",
    find: "    if (index.has(rows[i]!.text)) continue;",
    put: "",
  },
  { file: "router/training/evaluate.ts", find: "accepted: empty,", put: "accepted: false," },
  { file: "router/training/metrics.ts", find: "support === 0 ? 0 : right / support", put: "right" },
  {
    file: "router/training/promote.ts",
    find: "{ ...detail, metrics: promoted.metrics }",
    put: "{ ...detail }",
  },
  {
    file: "router/training/train.ts",
    find: "const distinct = withoutDuplicates(known);",
    put: "const distinct = known;",
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
    file: "router/words/language.ts",
    find: "words.filter((word) => set.has(word)).length / Math.max(4, words.length)",
    put: "0",
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
  {
    file: "router/words/rules.ts",
    find: "points[first] >= MIN_POINTS * factor && points[first] - points[second] >= MIN_LEAD * factor",
    put: "points[first] >= MIN_POINTS * factor",
  },
  { file: "router/words/scope-concepts.ts", find: '"printer|password|', put: '"password|' },
];
