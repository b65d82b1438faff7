import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readVersion } from "../../cli/version.ts";

it("the version is that of the package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(readVersion()).toBe(version);
});
