import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratch } from "../support/mmm.ts";

it("npm pack gives a tarball whose command works from an empty folder", () => {
  const folder = scratch();
  const environment = {
    ...process.env,
    ONNXRUNTIME_NODE_INSTALL: "skip",
    npm_config_loglevel: "error",
  };
  const npm = (args: string[], cwd: string) =>
    execFileSync("npm", args, {
      cwd,
      env: environment,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  npm(["pack", "--pack-destination", folder], ".");
  const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  npm(["init", "-y"], folder);
  npm(["install", join(folder, tarball)], folder);
  const command = join(folder, "node_modules/.bin/mmm-optimizer");
  const run = (args: string[]) =>
    execFileSync(command, args, { cwd: folder, env: environment, encoding: "utf8" });
  expect(run(["--version"]).trim()).toMatch(/^\d+\.\d+\.\d+$/);
  run(["simulate", "--seed", "3", "--output", "sim"]);
  const context = join(folder, "node_modules/mmm-optimizer/dist/examples/business_context.json");
  const out = run([
    "run",
    "--baseline-config",
    "sim/baseline_model.json",
    "--business-context",
    context,
    "--max-iterations",
    "2",
    "--json",
  ]);
  expect(JSON.parse(out).methodology.unchanged).toBe(true);
  const program = 'import { Orchestrator } from "mmm-optimizer"; console.log(typeof Orchestrator)';
  const node = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(node.trim()).toBe("function");
}, 300_000);
