/** Planted changes to `guard/`. */
import type { PlantedChange } from "../change.ts";

export const GUARD_CHANGES: readonly PlantedChange[] = [
  {
    file: "guard/check.ts",
    find: "own.length <= 200)) id = own;",
    put: "own.length <= 999)) id = own;",
  },
  {
    file: "guard/explain.ts",
    find: "config === null ? null : (rules.value?.changes.length ?? null)",
    put: "config === null ? null : 0",
  },
  {
    file: "guard/explanation/bibliography.ts",
    find: "Object.hasOwn(BIBLIOGRAPHY, key) ?",
    put: "key in BIBLIOGRAPHY ?",
  },
  {
    file: "guard/explanation/research-persona.ts",
    find: 'first === undefined ? "governance" : findViolationField(first, spec)',
    put: 'first === undefined ? findViolationField(first!, spec) : "governance"',
  },
  {
    file: "guard/judge.ts",
    find: '[reading.reasoning, input.reasoning ?? ""]',
    put: "[reading.reasoning]",
  },
  {
    file: "guard/proposal/content.ts",
    find: "formatChangeContent(change as Json)).toSorted()",
    put: "formatChangeContent(change as Json))",
  },
  {
    file: "guard/proposal/lookalike.ts",
    find: "candidate !== name && computeSkeleton(candidate) === own",
    put: "computeSkeleton(candidate) === own",
  },
  {
    file: "guard/proposal/proposal.ts",
    find: "changes.length === 0 || changes.length > CHANGES_MAX",
    put: "changes.length === 0",
  },
  {
    file: "guard/rules/absolute-rules.ts",
    find: "!(bound.min <= value && value <= bound.max)",
    put: "!(bound.min < value && value < bound.max)",
  },
  {
    file: "guard/rules/permitted.ts",
    find: "asked < bound.min ? low : high",
    put: "asked < bound.min ? high : low",
  },
  {
    file: "guard/rules/pinned.ts",
    find: "if (pinned.text !== text) {",
    put: 'if (pinned.text === "") {',
  },
  {
    file: "guard/rules/prepared.ts",
    find: "  if (observed !== null) return computeSignature(pinned.config, observed);",
    put: "  if (observed !== null && !signatures.has(pinned)) return computeSignature(pinned.config, observed);",
  },
  {
    file: "guard/rules/rules.ts",
    find: "else if (seen.has(path)) {",
    put: 'else if (seen.has("")) {',
  },
  {
    file: "guard/signature/corner-rules.ts",
    find: "elasticity < before.elasticity && elasticity < elasticity_min",
    put: "elasticity < elasticity_min",
  },
  {
    file: "guard/signature/figures.ts",
    find: "before > 0 ? now / before : 1",
    put: "before > 0 ? now / before : 0",
  },
  {
    file: "guard/signature/exposure.ts",
    find: ".filter((value) => value > 0)",
    put: ".filter((value) => value >= 0)",
  },
  {
    file: "guard/signature/inference.ts",
    find: "own?.[0] !== was?.[0] || own?.[1] !== was?.[1]",
    put: "own?.[0] !== was?.[0] && own?.[1] !== was?.[1]",
  },
  {
    file: "guard/signature/rules.ts",
    find: "curvatureObservedMean < least && halved",
    put: "curvatureObservedMean < 0 && halved",
  },
  {
    file: "guard/signature/signature.ts",
    find: "Math.log(0.5) / Math.log(decay)",
    put: "Math.log(decay) / Math.log(0.5)",
  },
  {
    file: "guard/specification/specification.ts",
    find: "if (covers && entry.path.length > (best?.path.length ?? -1)) best = entry;",
    put: "if (covers) best ??= entry;",
  },
  {
    file: "guard/specification/tunables.ts",
    find: "values === config.hyperparameters[first] ? { ...values } : values",
    put: "values",
  },
  {
    file: "guard/tokens/clearance.ts",
    find: "const wanted = { session, proposal, spec_digest,",
    put: "const wanted = { spec_digest,",
  },
  {
    file: "guard/tokens/jws.ts",
    find: "if (headerText !== formatTokenHeader(typ, kid))",
    put: 'if (headerText === "")',
  },
  {
    file: "guard/tokens/keys.ts",
    find: "options.private ? ring.signing : null",
    put: "ring.signing",
  },
  {
    file: "guard/tokens/token-cache.ts",
    find: "entry?.typ === typ ? entry.payload : null",
    put: "entry?.payload ?? null",
  },
  {
    file: "guard/verdict-cache.ts",
    find: 'if (!isObject(payload) || payload["key"] !== key) return null;',
    put: "if (!isObject(payload)) return null;",
  },
  { file: "guard/violation.ts", find: "quote(evidence, EVIDENCE_CHARACTERS_MAX)", put: "evidence" },
  { file: "guard/words/clause.ts", find: "        .split(TURN)", put: '        .split("|")' },
  { file: "guard/words/decode.ts", find: "- base + 13) % 26", put: "- base + 12) % 26" },
  {
    file: "guard/words/head-judge.ts",
    find: "if (sentences.length > SENTENCES_MAX) {",
    put: "if (sentences.length > 99 * SENTENCES_MAX) {",
  },
  {
    file: "guard/words/injection.ts",
    find: "const plain = normalizeText(text);",
    put: "const plain = text;",
  },
  { file: "guard/words/intent-features.ts", find: "  row.set(embedding);", put: "" },
  {
    file: "guard/words/intent-frames.ts",
    find: "const text = normalizeText(sentence);",
    put: "const text = sentence;",
  },
  {
    file: "guard/words/intent-head.ts",
    find: "bytes.length !== 4 * dimension",
    put: "bytes.length < 4 * dimension",
  },
  {
    file: "guard/words/judges.ts",
    find: 'if (opinion.verdict !== "cleared") {',
    put: 'if (opinion.verdict === "vetoed") {',
  },
  { file: "guard/words/legible.ts", find: "others >= 2 && others > english", put: "others >= 99" },
  {
    file: "guard/words/lexicon-judge.ts",
    find: "for (const passage of [text, ...decoded.passages]) {",
    put: "for (const passage of [text]) {",
  },
  {
    file: "guard/words/lexicon.ts",
    find: "    TUNABLE_NOUNS,\n    OTHER_METHODS,\n    STRONG_CHANGE,",
    put: "    TUNABLE_NOUNS,\n    STRONG_CHANGE,",
  },
];
