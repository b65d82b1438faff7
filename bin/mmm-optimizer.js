#!/usr/bin/env node
// Starts the command line on Node 24 or later: this Node when it is recent enough, else the one that
// comes as the npm package "node".
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const recent = Number(process.versions.node.split(".")[0]) >= 24;

function packagedNode() {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("node/package.json"));
  return join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
}

if (recent) {
  process.argv[1] = main;
  await import(main);
} else {
  const result = spawnSync(packagedNode(), [main, ...process.argv.slice(2)], { stdio: "inherit" });
  if (result.error) {
    process.stderr.write(`mmm: Node 24 could not be started (${result.error.message}); install Node 24\n`);
  }
  process.exitCode = result.status ?? 1;
}
