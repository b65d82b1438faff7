/**
 * What an installed package needs besides JavaScript, copied to where the built files look for it.
 * Run by `npm pack` after the compiler.
 */
import { cpSync, existsSync } from "node:fs";

/** Folders and files that product code reads at run time, relative to the root. */
const ASSETS: readonly string[] = [
  "config",
  "examples",
  "checkpoints",
  "router/weights",
  "agents/claude/prompts",
  "guard/data/head.json",
  "schemas/published",
];

for (const asset of ASSETS) {
  if (existsSync(asset)) cpSync(asset, `dist/${asset}`, { recursive: true });
}
