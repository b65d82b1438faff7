import { configDefaults, defineConfig } from "vitest/config";
import { CountReporter } from "./test/support/count-reporter.ts";

const SYSTEM = ["test/system/**/*.test.ts"];
/** Real servers, killed processes and two cores: one more try, and only where nobody watches. */
const SECOND_TRIES = process.env["CI"] === "true" ? 1 : 0;

export default defineConfig({
  test: {
    globalSetup: ["test/support/keeper.ts"],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: "forks",
    reporters: ["default", new CountReporter()],
    maxWorkers: 2,
    // No test may reach a real model because a key happens to be set on the machine.
    env: { MMM_REASONING: "builtin", ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "" },
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...SYSTEM],
          retry: SECOND_TRIES,
        },
      },
      {
        // Whole systems under faults: what fails once in many runs is what they are there to find.
        extends: true,
        test: { name: "system", include: SYSTEM, retry: 0 },
      },
    ],
  },
});
