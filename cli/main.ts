#!/usr/bin/env node
/**
 * Where the process starts. It loads nothing before the compile cache is on, so that all that follows
 * is compiled once a machine and not once a start.
 *
 * I1. The cache lies where only its user writes: who could write to it could run code.
 */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

enableCompileCache(join(homedir(), ".cache", "mmm-optimizer"));
const { runCommandLine } = await import("./command-line.ts");
process.exitCode = await runCommandLine();
