import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/support/count-reporter.ts";
import { sortTestFiles } from "./test/support/test-kinds.ts";

const { unit, system } = sortTestFiles();

export default defineConfig({
  test: {
    globalSetup: ["test/support/servers/keeper.ts"],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Real servers, killed processes and two cores: one more try, and only where nobody watches.
    retry: process.env["CI"] === "true" ? 1 : 0,
    pool: "forks",
    reporters: ["default", new CountReporter()],
    maxWorkers: 2,
    // No test may reach a real model because a key happens to be set on the machine.
    env: { MMM_REASONING: "builtin", ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "" },
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      { extends: true, test: { name: "system", include: system } },
    ],
  },
});
