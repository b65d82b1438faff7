/**
 * A planted change: one text of a source put wrong, which the test at the same path must find.
 *
 * I1. `find` stands exactly once in the file, so the list stays true to it.
 * I2. The changed file still loads; what is wrong is what it does.
 */
export interface PlantedChange {
  /** Path of the source from the root; its test is `test/` and the same path. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** `guard/quote.ts` → `test/guard/quote.test.ts`. */
export function locateTest(source: string): string {
  return `test/${source.replace(/\.ts$/, ".test.ts")}`;
}

/** The text with the change in it. @throws Error where `find` does not stand exactly once. */
export function plantChange(text: string, { file, find, put }: PlantedChange): string {
  const count = text.split(find).length - 1;
  if (count !== 1)
    throw new Error(`${file} holds ${JSON.stringify(find)} ${count} times, not once`);
  return text.replace(find, () => put);
}
