/**
 * Plants changes while sources are loaded, each for the test at the same path alone: what a test file
 * imports carries the test's number in its id, so that every test has its own copy of the product with
 * its own change in it, and one run tries them all.
 */
import { relative } from "node:path";
import type { Plugin } from "vitest/config";
import { locateTest, plantChange, type PlantedChange } from "./change.ts";

const MARK = "?planted=";

/** @param planted whether changes are made; without, each test has its own unchanged copy */
export function createPlantingPlugin(changes: readonly PlantedChange[], planted: boolean): Plugin {
  const root = process.cwd();
  const numbers = new Map(changes.map(({ file }, number) => [locateTest(file), number]));
  return {
    name: "planted-changes",
    enforce: "pre",
    async resolveId(source, importer) {
      if (importer === undefined || !/^\..*\.ts$/.test(source)) return null;
      const [path = "", mark] = importer.split(MARK);
      const number = mark ?? numbers.get(relative(root, path));
      if (number === undefined) return null;
      const found = await this.resolve(source, path, { skipSelf: true });
      return found === null ? null : `${found.id.split("?")[0]}${MARK}${number}`;
    },
    transform(text, id) {
      const [path = "", mark] = id.split(MARK);
      if (mark === undefined || !planted) return null;
      const change = changes[Number(mark)];
      if (change?.file !== relative(root, path)) return null;
      return { code: plantChange(text, change), map: null };
    },
  };
}
