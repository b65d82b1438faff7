/**
 * A real Redis for tests: `redis-server` of this machine, else of its packages.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Child, startChild } from "./child.ts";
import { freePorts } from "./kafka-server.ts";

const run = promisify(execFile);

export interface RedisServer {
  readonly url: string;
  readonly folder: string;
  kill(): Promise<void>;
  /** Starts again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function redisProgram(): Promise<string> {
  const found = await run("redis-server", ["--version"]).catch(() => null);
  if (found !== null) return "redis-server";
  if (process.getuid?.() !== 0) throw new Error("redis-server is not on the path");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env }).catch(() => {});
  const install = ["install", "-y", "-q", "--no-install-recommends", "redis-server"];
  await run("apt-get", install, { env, timeout: 300_000 });
  return "redis-server";
}

/** Starts an empty Redis that keeps its data in a folder when it is asked to save. */
export async function startRedis(): Promise<RedisServer> {
  const program = await redisProgram();
  const folder = mkdtempSync(join(tmpdir(), "mmm-redis-"));
  const [port] = await freePorts(1);
  const plain = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const command = [program, ...plain, "--save", "", "--appendonly", "no"];
  let child: Child | null = null;
  async function start(): Promise<void> {
    child = await startChild(command, /Ready to accept connections/, { cwd: folder });
  }
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    folder,
    start,
    kill: async () => child?.kill("SIGKILL"),
    async stop() {
      await child?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
