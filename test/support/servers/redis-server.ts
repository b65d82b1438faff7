/**
 * A real Redis for tests: `redis-server` of this machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import { freePorts } from "./kafka-server.ts";
import { findProgram } from "./programs.ts";

export interface RedisServer {
  readonly url: string;
  readonly folder: string;
  kill(): Promise<void>;
  /** Starts again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts an empty Redis that keeps its data in a folder when it is asked to save; with `append` it
 * keeps every write and has it again after a kill.
 */
export async function startRedis(
  options: { readonly append?: boolean } = {},
): Promise<RedisServer> {
  const server = await findProgram("redis-server", "redis-server");
  const folder = mkdtempSync(join(tmpdir(), "mmm-redis-"));
  const [port] = await freePorts(1);
  const plain = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const command = [server, ...plain, "--save", "", "--appendonly"];
  command.push(options.append === true ? "yes" : "no");
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
