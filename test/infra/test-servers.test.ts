/**
 * How tests come by their servers: containers where Docker answers, else this machine's own, else a
 * failure that names what to install. Nothing is skipped.
 */
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { hasDocker } from "../support/servers/containers.ts";
import { kafkaJars } from "../support/servers/kafka-server.ts";
import { startServer } from "../support/servers/keeper.ts";
import { scratch } from "../support/mmm.ts";

const run = promisify(execFile);
const SUPPORT = join(import.meta.dirname, "../support/servers");
const folder = scratch();

/** What a test file is told that asks for a server, in a process with this PATH alone. */
async function toldWith(path: string, kind: "kafka" | "redis"): Promise<string> {
  const script = `
    const { setup } = await import(${JSON.stringify(join(SUPPORT, "keeper.ts"))});
    const { kafkaBrokers, redisUrl } = await import(${JSON.stringify(join(SUPPORT, "servers.ts"))});
    const end = await setup();
    await (${kind === "kafka" ? "kafkaBrokers" : "redisUrl"}()).then(
      (address) => console.log("started at " + address),
      (error) => console.log(error.message),
    );
    await end();`;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await run(process.execPath, args, { env: { PATH: path, HOME: folder } });
  return stdout;
}

/** A folder with a program that ends so. */
function withProgram(name: string, exit: number): string {
  const path = join(folder, `${name}-${exit}`);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name), `#!/bin/sh\nexit ${exit}\n`);
  chmodSync(join(path, name), 0o755);
  return path;
}

const within = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const before = process.env["PATH"];
  process.env["PATH"] = path;
  try {
    return await work();
  } finally {
    process.env["PATH"] = before;
  }
};

describe("where there is neither Docker nor a server to start", () => {
  test("a test of Kafka fails and names Docker, Java 17 and Maven", async () => {
    const told = await toldWith(folder, "kafka");
    expect(told).toContain("tests need a real kafka server: set KAFKA_BROKERS, or start Docker");
    expect(told).toContain("apt-get install openjdk-17-jre-headless maven");
    expect(told).toMatch(/java ENOENT/);
  });

  test("so it does where Java is there but neither Maven nor its jars", async () => {
    const cache = join(folder, "cache");
    await within(withProgram("java", 0), async () => {
      await expect(kafkaJars(cache)).rejects.toThrow("mvn ENOENT");
    });
    rmSync(cache, { recursive: true, force: true });
  });

  test("a test of Redis fails and names Docker and redis-server", async () => {
    const told = await toldWith(folder, "redis");
    expect(told).toContain("tests need a real redis server: set REDIS_URL, or start Docker");
    expect(told).toContain("apt-get install redis-server");
  });
});

describe("Docker", () => {
  test("is there when its daemon answers, not when only its client is installed", async () => {
    expect(await within(withProgram("docker", 0), hasDocker)).toBe(true);
    expect(await within(withProgram("docker", 1), hasDocker)).toBe(false);
    expect(await within(folder, hasDocker)).toBe(false);
  });

  test("is preferred to this machine's servers, and its failure says what else helps", async () => {
    const stop = async () => {};
    const way = {
      contained: async () => ({ address: "container", stop }),
      here: async () => ({ address: "here", stop }),
      need: "x",
    };
    const ways = { kafka: way, redis: way };
    const started = (docker: boolean) => startServer("kafka", { docker: async () => docker, ways });
    expect((await started(true)).address).toBe("container");
    expect((await started(false)).address).toBe("here");
    const path = withProgram("docker", 0);
    symlinkSync(join(path, "docker"), join(folder, "docker"));
    const told = await toldWith(folder, "redis");
    rmSync(join(folder, "docker"));
    // A daemon may answer all the same: it is asked without the client.
    expect(told).toMatch(
      /started at redis:|real redis server: .*redis-server\)\n.*container runtime/s,
    );
  });
});
