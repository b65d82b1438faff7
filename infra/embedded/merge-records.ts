/** Several streams of records as one, each in its order, as they come. */

/** Ends when all have ended, fails when one fails; leaving it early leaves them all. */
export async function* mergeIterables<T>(
  parts: readonly AsyncIterable<T>[],
): AsyncGenerator<T, void, undefined> {
  const running = new Map<AsyncIterator<T>, Promise<Step<T>>>();
  const ask = (from: AsyncIterator<T>): void => {
    running.set(
      from,
      from.next().then((result) => ({ from, result })),
    );
  };
  for (const part of parts) ask(part[Symbol.asyncIterator]());
  try {
    while (running.size > 0) {
      const { from, result } = await Promise.race(running.values());
      if (result.done === true) {
        running.delete(from);
        continue;
      }
      ask(from);
      yield result.value;
    }
  } finally {
    // A part that waits for its next record cannot be left before it has come; its signal ends it.
    for (const [from, step] of running) {
      step.catch(() => {});
      void from.return?.()?.catch(() => {});
    }
  }
}

interface Step<T> {
  readonly from: AsyncIterator<T>;
  readonly result: IteratorResult<T>;
}
