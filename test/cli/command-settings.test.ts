import { expect, it } from "vitest";
import { loadCommandSettings } from "../../cli/command-settings.ts";
import type { Shell } from "../../cli/shell.ts";

const shell = { environment: { MMM_LOG: "kafka" } } as unknown as Shell;

it("a flag wins over the environment, and that over the file", () => {
  const settings = "config/settings.yaml";
  expect(loadCommandSettings(shell, { settings }).log.kind).toBe("kafka");
  expect(loadCommandSettings(shell, { settings, log: "memory" }).log.kind).toBe("memory");
  expect(loadCommandSettings(shell, { settings, snapshot: "redis" }).snapshots.kind).toBe("redis");
  expect(() => loadCommandSettings(shell, { settings: "none.yaml" })).toThrow(/no such file/);
});
