/**
 * `config/settings.yaml`: strict, every field with a stated default; the environment overrides what
 * deployment decides. Secrets come only from the environment.
 */
import { readFileSync, existsSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { API_SETTINGS } from "../api/http/settings.ts";
import { BUSINESS_SETTINGS } from "../agents/business-settings.ts";
import { CLAUDE_SETTINGS } from "../agents/claude/settings.ts";
import { TRAINER_SETTINGS } from "../consumers/trainer-settings.ts";
import { RUNTIME_NAMES, type RuntimeName } from "../router/runtime-name.ts";
import { describeError, MmmError } from "../schemas/errors.ts";

const SESSION = z.strictObject({
  max_iterations: z.int().min(1).max(1000).default(20),
  convergence_threshold: z.number().min(0).max(1).default(0.95),
  /** Iterations without improvement before tuning ends. */
  patience: z.int().min(1).max(1000).default(5),
  evaluations_per_iteration: z.int().min(1).max(100_000).default(400),
  agent_timeout_s: z.int().min(0).max(86_400).default(600),
  /** How long a person may take before the default is taken; 0 = no limit. */
  person_timeout_s: z.int().min(0).max(2_592_000).default(86_400),
  person_default: z.enum(["keep_current", "abort"]).default("keep_current"),
});

const AGENTS = z.strictObject({
  /** auto: Claude where ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL is set, else built-in. */
  reasoning: z.enum(["auto", "builtin", "claude"]).default("auto"),
  claude: CLAUDE_SETTINGS.prefault({}),
});

const GUARD = z.strictObject({
  /** The trained head over the sentence encoder, with the lexicon; or the lexicon alone. */
  semantics: z.enum(["encoder", "lexicon"]).default("encoder"),
});

const ROUTER = z.strictObject({
  mode: z.enum(["bert", "rules"]).default("bert"),
  checkpoint: z.string().min(1).default("checkpoints/bert_router_v1"),
  /** A new checkpoint that scores everything and decides nothing. */
  shadow: z.string().min(1).nullable().default(null),
});

const ENCODER = z.strictObject({
  /** What computes sentence embeddings: native where it loads, else wasm; or one of them only. */
  runtime: z.enum(["auto", ...RUNTIME_NAMES]).default("auto"),
});

const PEM_FILE = z.string().min(1).nullable().default(null);

/** PEM files; null = whom this machine trusts, or no certificate of ours. */
const TLS_FILES = z
  .strictObject(
    { ca: PEM_FILE, cert: PEM_FILE, key: PEM_FILE },
    {
      error: ({ code }) =>
        code === "invalid_type" ? "write true, false, or { ca, cert, key } with PEM files" : null,
    },
  )
  .refine(({ cert, key }) => (cert === null) === (key === null), {
    message: "cert and key belong together: name both or neither",
  });

/** true (or "true", from the environment) is TLS with what this machine trusts. */
const TLS_WORDS: ReadonlyMap<unknown, object | null> = new Map<unknown, object | null>([
  [true, {}],
  ["true", {}],
  [false, null],
  ["false", null],
]);

const LOG = z.strictObject({
  kind: z.enum(["sqlite", "kafka", "memory"]).default("sqlite"),
  partitions: z.int().min(1).max(1000).default(12),
  /** Databases of a new state folder: so many threads can work on it (mmm worker --threads). */
  shards: z.int().min(1).max(64).default(1),
  prefix: z
    .string()
    .regex(/^[a-z0-9.-]{0,60}$/)
    .default("mmm."),
  brokers: z.array(z.string().min(1)).default(["127.0.0.1:9092"]),
  client_id: z.string().min(1).default("mmm-optimizer"),
  /** Of new topics; null = 3, or the number of brokers where there are fewer. */
  replication_factor: z.int().min(1).max(9).nullable().default(null),
  tls: z
    .preprocess(
      (given) => (TLS_WORDS.has(given) ? TLS_WORDS.get(given) : given),
      TLS_FILES.nullable(),
    )
    .prefault(false),
  sasl: z.enum(["none", "plain", "scram-sha-256", "scram-sha-512"]).default("none"),
  /** Of what is written; what others wrote is read in any of them. */
  compression: z.enum(["none", "gzip", "snappy", "lz4", "zstd"]).default("none"),
  /** After this silence a worker's partitions go to others; brokers allow 6 s to 30 min. */
  session_timeout_ms: z.int().min(6_000).max(1_800_000).default(15_000),
});

const SNAPSHOTS = z.strictObject({
  kind: z.enum(["sqlite", "redis", "memory"]).default("sqlite"),
  url: z.string().min(1).default("redis://127.0.0.1:6379"),
});

const LOGGING = z.strictObject({
  level: z.enum(["silent", "error", "warn", "info", "debug"]).default("warn"),
});

/** What a settings file may hold. */
export const SETTINGS_FIELDS = z.strictObject({
  /** Where an editor finds the JSON Schema of this document. */
  $schema: z.string().max(2000).optional(),
  session: SESSION.prefault({}),
  agents: AGENTS.prefault({}),
  guard: GUARD.prefault({}),
  router: ROUTER.prefault({}),
  encoder: ENCODER.prefault({}),
  trainer: TRAINER_SETTINGS.prefault({ kind: "builtin" }),
  business: BUSINESS_SETTINGS.prefault({}),
  log: LOG.prefault({}),
  snapshots: SNAPSHOTS.prefault({}),
  logging: LOGGING.prefault({}),
  api: API_SETTINGS.prefault({}),
});

export type Settings = Omit<z.infer<typeof SETTINGS_FIELDS>, "$schema">;

/** The runtime that the settings insist on; null = the best there is. */
export function readEncoderRuntime({ encoder }: Settings): RuntimeName | null {
  return encoder.runtime === "auto" ? null : encoder.runtime;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variable -> path in the settings. */
const OVERRIDES: readonly { name: string; path: readonly [string, string]; list?: boolean }[] = [
  { name: "MMM_LOG", path: ["log", "kind"] },
  { name: "MMM_SNAPSHOTS", path: ["snapshots", "kind"] },
  { name: "KAFKA_BROKERS", path: ["log", "brokers"], list: true },
  { name: "KAFKA_TLS", path: ["log", "tls"] },
  { name: "KAFKA_SASL", path: ["log", "sasl"] },
  { name: "MMM_PREFIX", path: ["log", "prefix"] },
  { name: "REDIS_URL", path: ["snapshots", "url"] },
  { name: "MMM_REASONING", path: ["agents", "reasoning"] },
  { name: "MMM_ROUTER", path: ["router", "mode"] },
  { name: "MMM_ENCODER_RUNTIME", path: ["encoder", "runtime"] },
  { name: "MMM_GUARD_SEMANTICS", path: ["guard", "semantics"] },
  { name: "MMM_LOG_LEVEL", path: ["logging", "level"] },
];

/**
 * Settings of a file (the defaults where `path` is null), with the environment's overrides.
 * Throws `settings_invalid` naming file, field and remedy.
 */
export function loadSettings(path: string | null, environment: Environment): Settings {
  const given = path === null ? {} : readYaml(path);
  const where = path ?? "settings";
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new MmmError(
      "settings_invalid",
      `${where}: the document is not a mapping; see config/settings.yaml`,
    );
  }
  const merged = structuredClone(given) as Record<string, Record<string, unknown>>;
  for (const { name, path: settingPath, list } of OVERRIDES) {
    const value = environment[name];
    if (value === undefined || value === "") continue;
    const section = (merged[settingPath[0]] ??= {});
    section[settingPath[1]] = list === true ? value.split(",") : value;
  }
  const named = applyNamedFields(merged, environment);
  const parsed = SETTINGS_FIELDS.safeParse(merged);
  if (parsed.success) {
    const { $schema: _forEditors, ...settings } = parsed.data;
    return settings;
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") || "the document";
  const source = named.get(field);
  throw new MmmError(
    "settings_invalid",
    `${source ?? `${where}, ${field}`}: ${issue?.message ?? "is not valid"}; correct that field`,
  );
}

const NAMED_FIELD = /^MMM__[A-Z0-9]+(?:__?[A-Z0-9]+)*$/;

/**
 * Sets each field that a variable names, `MMM__API__LIMITS__BODY_BYTES` for `api.limits.body_bytes`;
 * the value is YAML. Returns the variable by field. Throws `settings_invalid` naming the variable.
 */
function applyNamedFields(
  settings: Record<string, unknown>,
  environment: Environment,
): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!NAMED_FIELD.test(name) || value === undefined || value === "") continue;
    const path = name.toLowerCase().split("__").slice(1);
    names.set(path.join("."), name);
    setField(settings, path, parseYaml(value, name), name);
  }
  return names;
}

function setField(
  settings: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  name: string,
): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    settings[first] = value;
    return;
  }
  const section = (settings[first] ??= {});
  if (typeof section !== "object" || Array.isArray(section)) {
    throw new MmmError(
      "settings_invalid",
      `${name}: ${first} has no fields; see the settings file`,
    );
  }
  setField(section as Record<string, unknown>, rest, value, name);
}

function readYaml(path: string): unknown {
  if (!existsSync(path)) {
    throw new MmmError("settings_invalid", `${path}: no such file; give another --settings`);
  }
  return parseYaml(readFileSync(path, "utf8"), path) ?? {};
}

function parseYaml(text: string, where: string): unknown {
  try {
    return parse(text, { maxAliasCount: 20 }) as unknown;
  } catch (cause) {
    throw new MmmError("settings_invalid", `${where}: ${describeError(cause)}; correct the YAML`, {
      cause,
    });
  }
}
