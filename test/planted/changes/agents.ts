/** Planted changes to `agents/`. */
import type { PlantedChange } from "../change.ts";

export const AGENTS_CHANGES: readonly PlantedChange[] = [
  {
    file: "agents/benchmarks.ts",
    find: 'return context.roi_unit === "revenue" ? context.margin : 1;',
    put: "return 1;",
  },
  { file: "agents/builtin/advice.ts", find: "Math.max(bound.min, range.low)", put: "range.low" },
  {
    file: "agents/builtin/business-analyst.ts",
    find: 'critical.length > 0 ? "critical"',
    put: 'critical.length > 1 ? "critical"',
  },
  {
    file: "agents/builtin/carryover-checks.ts",
    find: 'hard && !inherited ? "critical" : "warning"',
    put: 'hard ? "critical" : "warning"',
  },
  {
    file: "agents/builtin/constraints.ts",
    find: "now > was ? [was - slack, halfway] : [halfway, was + slack]",
    put: "now < was ? [was - slack, halfway] : [halfway, was + slack]",
  },
  {
    file: "agents/builtin/data-scientist.ts",
    find: "  if (granted !== null) return granted;",
    put: "",
  },
  {
    file: "agents/builtin/deployment.ts",
    find: "budget_use: budget.use,",
    put: "budget_use: forecast.use,",
  },
  {
    file: "agents/builtin/engine-findings.ts",
    find: "const MESSAGES_MAX = 4;",
    put: "const MESSAGES_MAX = 5;",
  },
  {
    file: "agents/builtin/evaluator.ts",
    find: "job.frozen.has(path) ? undefined : job.bounds.get(path)",
    put: "job.bounds.get(path)",
  },
  {
    file: "agents/builtin/explain-proposal.ts",
    find: "Math.log(0.5) / Math.log(decay) / periods",
    put: "Math.log(0.5) / Math.log(decay)",
  },
  {
    file: "agents/builtin/finding.ts",
    find: 'check.gravity === "critical" && !inherited && certain',
    put: 'check.gravity === "critical" && !inherited',
  },
  {
    file: "agents/builtin/model-checks.ts",
    find: 'r2 > fit.r2_suspicious ? "fit_suspicious" : "fit_weak"',
    put: 'r2 > fit.r2_suspicious ? "fit_weak" : "fit_suspicious"',
  },
  {
    file: "agents/builtin/monitoring-plan.ts",
    find: "Math.max(tolerable, warn * LEAST_GAP)",
    put: "tolerable",
  },
  {
    file: "agents/builtin/parse-request.ts",
    find: "relative !== null && relative < 0",
    put: "relative !== null && relative > 0",
  },
  { file: "agents/builtin/research-persona.ts", find: 'kind: "rejection"', put: 'kind: "advice"' },
  {
    file: "agents/builtin/return-checks.ts",
    find: 'context.roi_unit === "revenue" ? 1 / context.margin : 1',
    put: "1",
  },
  {
    file: "agents/builtin/stakeholder.ts",
    find: "convergence >= convergence_threshold || convergence >= others",
    put: "convergence >= convergence_threshold",
  },
  { file: "agents/business-context.ts", find: "row.min <= row.max", put: "row.min < Infinity" },
  {
    file: "agents/business-settings.ts",
    find: "warn_factor: z.number().gt(1).default(3)",
    put: "warn_factor: z.number().gt(0).default(3)",
  },
  { file: "agents/claude/answer.ts", find: "rules.check?.(parsed.data) ?? []", put: "[]" },
  { file: "agents/claude/ask.ts", find: "repairs >= REPAIRS_MAX", put: "repairs >= 0" },
  {
    file: "agents/claude/budget.ts",
    find: "        for (const other of held) await other.settle(id, NOTHING);",
    put: "",
  },
  {
    file: "agents/claude/context.ts",
    find: "trained.findings.slice(0, 12)",
    put: "trained.findings",
  },
  {
    file: "agents/claude/judge.ts",
    find: 'verdict === "cleared" && field === "none" && passage === ""',
    put: 'verdict === "cleared"',
  },
  {
    file: "agents/claude/ledger.ts",
    find: "wanted.tokens > limits.tokens",
    put: "wanted.tokens >= limits.tokens",
  },
  {
    file: "agents/claude/paid-calls.ts",
    find: "    if (stored !== null) return applyStoredCall(tools, stored);",
    put: "",
  },
  {
    file: "agents/claude/prices.ts",
    find: "input > price.long.above",
    put: "input >= price.long.above",
  },
  {
    file: "agents/claude/prompts.ts",
    find: "Number.isFinite(one) ? roundForPrompt(one) : null",
    put: "one",
  },
  {
    file: "agents/claude/reasoners.ts",
    find: 'kind === "budget_exhausted" ? "budget_exhausted" : "reasoner_failed"',
    put: '"reasoner_failed"',
  },
  {
    file: "agents/claude/redact.ts",
    find: "if (secret.length >= 4)",
    put: "if (secret.length >= 40)",
  },
  {
    file: "agents/claude/settings.ts",
    find: "if (Object.hasOwn(context.value.prices, model)) continue;",
    put: 'if (model !== "") continue;',
  },
  {
    file: "agents/config-cache.ts",
    find: "getOrMake(cache, text, () => callModel(() => parseModelConfig(JSON.parse(text))))",
    put: "callModel(() => parseModelConfig(JSON.parse(text)))",
  },
  {
    file: "agents/data-source.ts",
    find: "const { hyperparameters: _tuned, training: _settings, ...structure } = config;",
    put: "const structure = config;",
  },
  {
    file: "agents/monitor-history.ts",
    find: "if (from < 0) throw",
    put: "if (from < -9) throw",
  },
  {
    file: "agents/monitor-deployment.ts",
    find: "size > rollback_above && !early",
    put: "size > rollback_above",
  },
  {
    file: "agents/remote/agents.ts",
    find: '    if (agent.fallback === "fail") throw toReasonerFailure(agent, error);',
    put: "",
  },
  {
    file: "agents/builtin/flag-findings.ts",
    find: 'severity: stops ? "warning" : "info"',
    put: 'severity: stops ? "info" : "warning"',
  },
  {
    file: "agents/tighten-decision.ts",
    find: "DECISIONS[Math.max(rank, DECISIONS.indexOf(said))]",
    put: "DECISIONS[DECISIONS.indexOf(said)]",
  },
];
