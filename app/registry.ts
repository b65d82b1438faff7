/**
 * `config/registry.json`: who serves each role, a topic of our own or an agent elsewhere.
 *
 * I1. Secrets come from the environment; the file names the variable.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { withRemoteAgents, type RemoteAgent } from "../agents/remote/agents.ts";
import type { Reasoners } from "../agents/reasoners.ts";
import { isRoleName } from "../agents/remote/questions.ts";
import type { Specification } from "../guard/specification/specification.ts";
import { createA2aClient } from "../infra/a2a/client.ts";
import { readJsonFile } from "../infra/files.ts";
import { MmmError } from "../schemas/errors.ts";
import { ROLES, type Role } from "../schemas/parts.ts";
import { ROLE_TOPICS } from "../schemas/topics.ts";
import type { Clock } from "../session/ports.ts";

const VARIABLE = z.string().regex(/^[A-Z][A-Z0-9_]{0,60}$/);

const LOCAL = z.strictObject({ kind: z.literal("local"), topic: z.string().min(1) });
const REMOTE = z.strictObject({
  kind: z.literal("a2a"),
  card_url: z.url(),
  auth: z
    .discriminatedUnion("scheme", [
      z.strictObject({ scheme: z.literal("none") }),
      z.strictObject({ scheme: z.literal("bearer"), token_env: VARIABLE }),
      z.strictObject({ scheme: z.literal("api_key"), key_env: VARIABLE }),
    ])
    .default({ scheme: "none" }),
  /** Public keys (JWK) that the card must be signed with. */
  card_keys: z.array(z.record(z.string(), z.unknown())).max(16).default([]),
  /** What happens when it gives no usable answer. */
  fallback: z.enum(["builtin", "fail"]).default("builtin"),
  attempts: z.int().min(1).max(20).default(4),
  attempt_ms: z.int().min(10).max(600_000).default(60_000),
  total_ms: z.int().min(10).max(3_600_000).default(300_000),
  backoff_ms: z.int().min(1).max(60_000).default(200),
  backoff_max_ms: z.int().min(1).max(600_000).default(10_000),
  breaker_failures: z.int().min(1).max(1_000).default(5),
  breaker_ms: z.int().min(1).max(3_600_000).default(30_000),
});

const REGISTRY = z.strictObject({
  agents: z.partialRecord(
    z.enum(ROLES as [Role, ...Role[]]),
    z.discriminatedUnion("kind", [LOCAL, REMOTE]),
  ),
});

type RemoteEntry = z.infer<typeof REMOTE>;
export type Registry = z.infer<typeof REGISTRY>;

export interface RegistryTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly spec: Specification;
}

/** The registry of a file, or one where everything is local when there is no such file. */
export function readRegistry(path: string): Registry {
  if (!existsSync(path)) return { agents: {} };
  return parseRegistry(readJsonFile(path, "settings_invalid"), path);
}

/** Throws `settings_invalid` naming the field. */
export function parseRegistry(value: unknown, where: string): Registry {
  const parsed = REGISTRY.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.map(String).join(".") ?? "";
    throw new MmmError("settings_invalid", `${where}, ${field}: ${issue?.message ?? "not valid"}`);
  }
  for (const [role, entry] of Object.entries(parsed.data.agents)) {
    if (entry.kind !== "local" || !isRoleName(role)) continue;
    const { topic } = ROLE_TOPICS[role];
    if (entry.topic === topic) continue;
    throw new MmmError(
      "settings_invalid",
      `${where}, agents.${role}.topic: the role's topic is "${topic}"`,
    );
  }
  return parsed.data;
}

/** `local` with the roles that the registry gives to remote agents. */
export function withRegistry(
  local: Reasoners,
  registry: Registry,
  tools: RegistryTools,
): Reasoners {
  const agents = new Map<Role, RemoteAgent>();
  for (const [role, entry] of Object.entries(registry.agents)) {
    if (entry.kind === "a2a" && isRoleName(role))
      agents.set(role, createRemoteAgent(role, entry, tools));
  }
  return agents.size === 0 ? local : withRemoteAgents(local, { agents, spec: tools.spec });
}

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

function createRemoteAgent(role: Role, entry: RemoteEntry, tools: RegistryTools): RemoteAgent {
  const client = createA2aClient(
    {
      cardUrl: entry.card_url,
      cardKeys: entry.card_keys,
      attemptsMax: entry.attempts,
      attemptMs: entry.attempt_ms,
      totalMs: entry.total_ms,
      backoffMs: entry.backoff_ms,
      backoffMsMax: entry.backoff_max_ms,
      breakerFailures: entry.breaker_failures,
      breakerMs: entry.breaker_ms,
      answerBytesMax: ANSWER_BYTES_MAX,
    },
    {
      clock: tools.clock,
      random: tools.random,
      fetch,
      headers: readLoginHeaders(role, entry, tools),
    },
  );
  return {
    name: new URL(entry.card_url).host,
    fallback: entry.fallback,
    ask: (question, id, signal) => client.ask(question, id, signal),
  };
}

function readLoginHeaders(
  role: Role,
  { auth }: RemoteEntry,
  tools: RegistryTools,
): Record<string, string> {
  if (auth.scheme === "none") return {};
  const name = auth.scheme === "bearer" ? auth.token_env : auth.key_env;
  const secret = tools.environment[name];
  if (secret === undefined || secret === "") {
    throw new MmmError(
      "settings_invalid",
      `the agent for ${role} needs ${name} in the environment`,
    );
  }
  return auth.scheme === "bearer" ? { authorization: `Bearer ${secret}` } : { "x-api-key": secret };
}
