/**
 * Closes a test run with the line `N passed, N failed`, which stands alone for those who read it.
 *
 * I1. A test that passed only at a second try stays visible: it is named, and counted on a line of
 *     its own before the last one.
 */
import type { Reporter, TestModule } from "vitest/node";

/** The last lines of a run. */
export function countLines(
  modules: readonly Pick<TestModule, "children" | "ok" | "moduleId">[],
  errors: number,
): readonly string[] {
  const counts = { passed: 0, failed: errors, skipped: 0 };
  const again: string[] = [];
  for (const module of modules) {
    if (module.children.size === 0 && !module.ok()) counts.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== "pending") counts[state] += 1;
      if (test.diagnostic()?.flaky === true) again.push(`second try: ${test.fullName}`);
    }
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  const tries = `${again.length} ${again.length === 1 ? "test" : "tests"} needed a second try`;
  return [...again, tries, `${counts.passed} passed, ${counts.failed} failed${skipped}`];
}

export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    process.stdout.write(`\n${countLines(modules, errors.length).join("\n")}\n`);
  }
}
