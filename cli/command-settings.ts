/** Which settings file a command reads, and what its options override. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadSettings, type Settings } from "../app/settings.ts";
import type { CommonOptions, Shell } from "./shell.ts";

/**
 * Settings of a command: the named file, else the one that MMM_SETTINGS names, else
 * config/settings.yaml here, else the shipped one.
 */
export function loadCommandSettings(
  shell: Shell,
  options: Pick<CommonOptions, "settings" | "log" | "snapshot">,
): Settings {
  const shipped = fileURLToPath(new URL("../config/settings.yaml", import.meta.url));
  const here = "config/settings.yaml";
  const mounted = shell.environment["MMM_SETTINGS"] || undefined;
  const path = options.settings ?? mounted ?? [here, shipped].find(existsSync) ?? null;
  const { log, snapshot } = options;
  return loadSettings(path, {
    ...shell.environment,
    ...(log === undefined ? {} : { MMM_LOG: log }),
    ...(snapshot === undefined ? {} : { MMM_SNAPSHOTS: snapshot }),
  });
}
