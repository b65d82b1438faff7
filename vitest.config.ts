import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/support/count-reporter.ts";
import { sortTestFiles } from "./test/support/test-kinds.ts";

const { unit, outside } = sortTestFiles();
const whole = outside.filter((file) => file.startsWith("test/system/"));
const parts = outside.filter((file) => !whole.includes(file));

/** Real servers, killed processes and two cores: one more try, and only where nobody watches. */
const SECOND_TRIES = process.env["CI"] === "true" ? 1 : 0;

export default defineConfig({
  test: {
    globalSetup: ["test/support/servers/keeper.ts"],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: "forks",
    // What a test waits for may take ten times longer on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    reporters: ["default", new CountReporter()],
    maxWorkers: 2,
    // No test may reach a real model because a key happens to be set on the machine.
    env: { MMM_REASONING: "builtin", ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "" },
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      { extends: true, test: { name: "parts", include: parts, retry: SECOND_TRIES } },
      // Whole systems under faults: what fails once in many runs is what they are there to find.
      { extends: true, test: { name: "system", include: whole, retry: 0 } },
    ],
  },
});
