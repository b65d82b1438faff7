import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { loadSettings } from "../app/settings.ts";
import { parseModelConfig } from "../model/config.ts";
import { ERROR_CODES } from "../schemas/errors.ts";

it("the library example prints what the README says", () => {
  const out = execFileSync(process.execPath, ["examples/library.ts"], { encoding: "utf8" });
  expect(out).toMatch(
    /^Final MAPE: \d+\.\d\d%\nDecision: \w+\nEvents: \d+, chain head [0-9a-f]{64}\n$/,
  );
}, 60_000);

it("every example baseline is complete and says where its data come from", () => {
  const sets = readdirSync("examples").filter((name) =>
    existsSync(`examples/${name}/baseline_model.json`),
  );
  expect(sets.length).toBeGreaterThanOrEqual(5);
  for (const set of sets) {
    const text = JSON.parse(readFileSync(`examples/${set}/baseline_model.json`, "utf8"));
    expect(parseModelConfig(text)).toEqual(text);
    expect(text.description).toMatch(/--data FILE|Simulated/);
  }
});

it("the shipped settings are the defaults, key by key", () => {
  const text = readFileSync("config/settings.yaml", "utf8");
  const shipped = loadSettings("config/settings.yaml", {});
  expect(shipped).toEqual(loadSettings(null, {}));
  expect(Object.keys(parse(text) as object).length).toBeGreaterThan(4);
});

it("every document that the README names is there, and every exit code is documented", () => {
  const readme = readFileSync("README.md", "utf8");
  for (const [, path] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
    if (!path?.startsWith("http")) expect(existsSync(path ?? ""), path).toBe(true);
  }
  const codes = readFileSync("docs/ERRORS.md", "utf8");
  for (const [code, { exit }] of Object.entries(ERROR_CODES)) {
    expect(codes, code).toMatch(new RegExp(`\\| ${exit} \\| \`${code}\``));
  }
  for (const [, code] of codes.matchAll(/\| `([a-z_]+)`/g)) {
    expect(Object.keys(ERROR_CODES)).toContain(code);
  }
});

it("every file that a document names is there", () => {
  const documents = ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/RECIPES.md", "docs/GLOSSARY.md"];
  const rooms =
    "agents|api|app|bench|cli|config|consumers|dashboard|docs|examples|guard|infra|model";
  const more = "producers|router|schemas|session|test";
  const named = new RegExp(`\\b(?:${rooms}|${more})/[\\w./-]*\\w\\.(?:ts|md|yaml|json|as)\\b`, "g");
  const found = documents
    .filter((path) => existsSync(path))
    .flatMap((path) => [...readFileSync(path, "utf8").matchAll(named)].map(([file]) => file));
  expect(found.length).toBeGreaterThan(40);
  expect([...new Set(found)].filter((file) => !existsSync(file))).toEqual(["test/room/x.test.ts"]);
});
