import { describe, expect, test } from "vitest";
import { Committer } from "../../../consumers/loop/offset-committer.ts";
import { MmmError } from "../../../schemas/errors.ts";

/** A clock whose sleeps end when the test says so. */
function heldClock() {
  const sleeping: (() => void)[] = [];
  return {
    clock: {
      now: () => 0,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          sleeping.push(resolve);
          signal?.addEventListener("abort", () => resolve(), { once: true });
        }),
    },
    tick: async (): Promise<void> => {
      for (const wake of sleeping.splice(0)) wake();
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
  };
}

function committer(answers: (MmmError | null)[] = []) {
  const { clock, tick } = heldClock();
  const commits: number[] = [];
  const halt = new AbortController();
  const made = new Committer({
    clock,
    signal: halt.signal,
    commit: async (offset) => {
      commits.push(offset);
      const answer = answers.shift() ?? null;
      if (answer !== null) throw answer;
    },
    failed: () => {},
  });
  return { made, commits, tick, halt };
}

describe("the committer", () => {
  test("commits the latest mark of those made meanwhile", async () => {
    const { made, commits, tick } = committer();
    for (const offset of [1, 2, 3]) made.mark(offset);
    expect(commits).toEqual([]);
    await tick();
    expect(commits).toEqual([3]);
    made.mark(3);
    made.mark(4);
    await tick();
    expect(commits).toEqual([3, 4]);
  });

  test("goes on after a mark that says nothing new", async () => {
    const { made, commits, tick } = committer();
    made.mark(1);
    await tick();
    made.mark(1);
    made.mark(2);
    await tick();
    expect(commits).toEqual([1, 2]);
  });

  test("tries a failed commit again, though no further record comes", async () => {
    const { made, commits, tick } = committer([new MmmError("log_unavailable", "away")]);
    made.mark(5);
    await tick();
    await tick();
    expect(commits).toEqual([5, 5]);
  });

  test("does not try again when the place is another's", async () => {
    const { made, commits, tick } = committer([new MmmError("fenced", "another's")]);
    made.mark(5);
    await tick();
    await tick();
    expect(commits).toEqual([5]);
  });

  test("commits what is left when the place is let go, once", async () => {
    const { made, commits, halt } = committer();
    made.mark(7);
    halt.abort();
    await made.finish();
    await made.finish();
    expect(commits).toEqual([7]);
  });
});
