/**
 * Which webhooks want to hear of a task, and which may be called at all.
 *
 * I1. Only origins of the settings' list are ever called: the list is checked when a webhook is
 *     registered and again when it is called; redirects are not followed.
 * I2. Configurations are in the snapshot store, so any replica registers and any replica delivers.
 */
import { randomUUID } from "node:crypto";
import { MmmError } from "../schemas/errors.ts";
import type { SnapshotStore } from "../session/ports.ts";
import { TaskPushNotificationConfig } from "./a2a-sdk.ts";
import { appendMemoLog, readMemoLog } from "./memo-log.ts";
import { proposalOf } from "./proposal-task.ts";

export interface PushConfigs {
  /** Throws `usage` for a webhook outside the list. */
  save(taskId: string, config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig>;
  list(taskId: string): Promise<readonly TaskPushNotificationConfig[]>;
  remove(taskId: string, id: string): Promise<void>;
  allows(url: string): boolean;
}

const CONFIGS_MAX = 16;
const ID = /^[A-Za-z0-9._-]{1,100}$/;

type Store = Pick<SnapshotStore, "memo" | "remember">;

export function createPushConfigs(store: Store, allowOrigins: readonly string[]): PushConfigs {
  const allowed = new Set(allowOrigins.map((url) => new URL(url).origin));
  const logOf = (taskId: string): string => `push/${taskId}`;

  function allows(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { origin, username, password } = new URL(url);
    return username === "" && password === "" && allowed.has(origin);
  }

  async function list(taskId: string): Promise<readonly TaskPushNotificationConfig[]> {
    const found = new Map<string, TaskPushNotificationConfig>();
    for (const entry of await readMemoLog(store, logOf(taskId))) {
      const { id, config } = JSON.parse(entry) as { id: string; config: unknown };
      if (config === null) found.delete(id);
      else found.set(id, TaskPushNotificationConfig.fromJSON(config));
    }
    return [...found.values()];
  }

  return {
    allows,
    list,
    save: async (taskId, given) => {
      if (proposalOf(taskId) !== null) {
        throw new MmmError("usage", "webhooks are for the tasks of sessions, not of proposals");
      }
      if (!allows(given.url)) {
        throw new MmmError("usage", "the webhook's origin is not in api.push.allow_origins");
      }
      if (given.id !== "" && !ID.test(given.id)) {
        throw new MmmError("usage", "the configuration's id: letters, digits, . _ - only");
      }
      const known = await list(taskId);
      if (known.length >= CONFIGS_MAX) {
        throw new MmmError("conflict", `a task has at most ${CONFIGS_MAX} webhooks`);
      }
      const config = { ...given, taskId, id: given.id === "" ? randomUUID() : given.id };
      const entry = {
        at: randomUUID(),
        id: config.id,
        config: TaskPushNotificationConfig.toJSON(config),
      };
      await appendMemoLog(store, logOf(taskId), JSON.stringify(entry));
      return config;
    },
    remove: async (taskId, id) => {
      const known = await list(taskId);
      if (!known.some((config) => config.id === id)) return;
      const entry = { at: randomUUID(), id, config: null };
      await appendMemoLog(store, logOf(taskId), JSON.stringify(entry));
    },
  };
}
