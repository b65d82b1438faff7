/**
 * Which webhooks want to hear of a task, and which may be called at all.
 *
 * I1. Only origins of the settings' list are ever called: the list is checked when a webhook is
 *     registered and again when it is called; redirects are not followed.
 * I2. Configurations are in the key-value store, so any replica registers and any replica delivers;
 *     there they are encrypted whole, since address, token and login may all be secrets.
 * I3. Token and login are given to the webhook alone: who asks for a configuration does not get them.
 * I4. All webhooks of a task are forgotten together, some time after the first was registered.
 */
import { randomUUID } from "node:crypto";
import { MmmError } from "../../schemas/errors.ts";
import type { Clock, KeyValueStore } from "../../session/ports.ts";
import { TaskPushNotificationConfig } from "./sdk.ts";
import { appendToStoredList, readStoredList } from "../sessions/append-only-list.ts";
import { parseProposalTaskId } from "./proposal-task.ts";
import type { SecretBox } from "../http/secret-box.ts";

export interface PushConfigs {
  /** Throws `usage` for a webhook outside the list. */
  save(taskId: string, config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig>;
  list(taskId: string): Promise<readonly TaskPushNotificationConfig[]>;
  remove(taskId: string, id: string): Promise<void>;
  allows(url: string): boolean;
}

const CONFIGS_MAX = 16;
const ID = /^[A-Za-z0-9._-]{1,100}$/;

export interface PushTools {
  readonly store: Pick<KeyValueStore, "get" | "putIfAbsent">;
  readonly allowOrigins: readonly string[];
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly keepMs: number;
  readonly failed: (error: unknown) => void;
}

/** As it is stored; no `sealed`: the webhook was removed. */
interface Entry {
  readonly at: string;
  readonly id: string;
  readonly until: number;
  readonly sealed: string | null;
}

export function createPushConfigs(tools: PushTools): PushConfigs {
  const { store, secretBox } = tools;
  const allows = allowOrigins(tools.allowOrigins);
  const logOf = (taskId: string): string => `push/${taskId}`;
  const unreadable = new Set<string>();

  async function readConfigEntries(taskId: string): Promise<readonly Entry[]> {
    const entries = await readStoredList(store, logOf(taskId));
    return entries.map((text) => JSON.parse(text) as Entry);
  }

  async function add(taskId: string, id: string, sealed: string | null): Promise<void> {
    const [first] = await readConfigEntries(taskId);
    const until = first?.until ?? tools.clock.now() + tools.keepMs;
    const entry: Entry = { at: randomUUID(), id, until, sealed };
    await appendToStoredList(store, { name: logOf(taskId), entry: JSON.stringify(entry), until });
  }

  function openConfigEntry(
    taskId: string,
    { id, sealed }: Entry,
  ): TaskPushNotificationConfig | null {
    const context = `${taskId}/${id}`;
    const text = sealed === null ? null : secretBox.decrypt(sealed, context);
    if (text !== null) return TaskPushNotificationConfig.fromJSON(JSON.parse(text));
    if (sealed !== null && !unreadable.has(context)) {
      unreadable.add(context);
      tools.failed(new MmmError("conflict", `webhook ${id} was sealed with another key`));
    }
    return null;
  }

  async function listPushConfigs(taskId: string): Promise<readonly TaskPushNotificationConfig[]> {
    const found = new Map<string, TaskPushNotificationConfig>();
    for (const entry of await readConfigEntries(taskId)) {
      const config = openConfigEntry(taskId, entry);
      if (config === null) found.delete(entry.id);
      else found.set(entry.id, config);
    }
    return [...found.values()];
  }

  return {
    allows,
    list: listPushConfigs,
    save: async (taskId, given) => {
      assertUsable(taskId, given, allows);
      const known = await listPushConfigs(taskId);
      if (known.length >= CONFIGS_MAX) {
        throw new MmmError("conflict", `a task has at most ${CONFIGS_MAX} webhooks`);
      }
      const config = { ...given, taskId, id: given.id === "" ? randomUUID() : given.id };
      const text = JSON.stringify(TaskPushNotificationConfig.toJSON(config));
      await add(taskId, config.id, secretBox.encrypt(text, `${taskId}/${config.id}`));
      return config;
    },
    remove: async (taskId, id) => {
      const known = await listPushConfigs(taskId);
      if (!known.some((config) => config.id === id)) return;
      await add(taskId, id, null);
    },
  };
}

/** Throws `usage` for what cannot be a webhook here. */
function assertUsable(
  taskId: string,
  given: TaskPushNotificationConfig,
  allows: (url: string) => boolean,
): void {
  if (parseProposalTaskId(taskId) !== null) {
    throw new MmmError("usage", "webhooks are for the tasks of sessions, not of proposals");
  }
  if (!allows(given.url)) {
    throw new MmmError("usage", "the webhook's origin is not in api.push.allow_origins");
  }
  if (given.id !== "" && !ID.test(given.id)) {
    throw new MmmError("usage", "the configuration's id: letters, digits, . _ - only");
  }
}

/** Tells addresses of the listed origins, without a login in them, from all others. */
function allowOrigins(origins: readonly string[]): (url: string) => boolean {
  const allowed = new Set(origins.map((url) => new URL(url).origin));
  return (url) => {
    if (!URL.canParse(url)) return false;
    const { origin, username, password } = new URL(url);
    return username === "" && password === "" && allowed.has(origin);
  };
}

/** A configuration as it is shown. */
export function withoutSecrets(config: TaskPushNotificationConfig): TaskPushNotificationConfig {
  const { authentication } = config;
  return {
    ...config,
    token: "",
    authentication:
      authentication === undefined ? undefined : { ...authentication, credentials: "" },
  };
}
