/**
 * What an installed package needs besides JavaScript, copied to where the built files look for it.
 * Run by `npm pack` after the compiler; what is missing here fails it.
 */
import { cpSync } from "node:fs";

/** Folders and files that product code reads at run time, relative to the root. */
const ASSETS: readonly string[] = [
  "config",
  "examples",
  "checkpoints",
  "router/weights",
  "agents/claude/prompts",
  "schemas/published",
  "schemas/json",
];

for (const asset of ASSETS) cpSync(asset, `dist/${asset}`, { recursive: true });
