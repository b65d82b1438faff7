/**
 * Vitest's global set-up: keeps the servers that test files share. Nothing is started before the
 * first file asks for it, and all of it ends with the run.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hasDocker, kafkaContainer, redisContainer } from "./containers.ts";
import { startKafka } from "./kafka-server.ts";
import { startRedis } from "./redis-server.ts";
import { KEEPER_VARIABLE, type ServerKind } from "./servers.ts";

interface Kept {
  readonly address: string;
  stop(): Promise<void>;
}

const WAYS: Readonly<Record<ServerKind, { start(): Promise<Kept>; need: string }>> = {
  kafka: {
    need: "set KAFKA_BROKERS, or start Docker, or install Java 17 and Maven (apt-get install openjdk-17-jre-headless maven)",
    async start() {
      if (await hasDocker()) return kafkaContainer();
      const server = await startKafka(1);
      return { address: server.brokers.join(","), stop: () => server.stop() };
    },
  },
  redis: {
    need: "set REDIS_URL, or start Docker, or install Redis (apt-get install redis-server)",
    async start() {
      if (await hasDocker()) return redisContainer();
      const server = await startRedis();
      return { address: server.url, stop: () => server.stop() };
    },
  },
};

/** Started by vitest before the first file; the function it returns ends all servers. */
export async function setup(): Promise<() => Promise<void>> {
  const kept = new Map<ServerKind, Promise<Kept>>();
  const server: Server = createServer((request, response) => {
    const kind = request.url?.slice(1) as ServerKind;
    const way = WAYS[kind];
    const running = kept.get(kind) ?? way.start();
    kept.set(kind, running);
    running.then(
      ({ address }) => response.end(address),
      (error: unknown) => {
        response.statusCode = 500;
        const text = error instanceof Error ? error.message : String(error);
        response.end(`tests need a real ${kind} server: ${way.need}\n${text}`);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env[KEEPER_VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    server.close();
    server.closeAllConnections();
    const started = await Promise.allSettled(kept.values());
    for (const one of started) if (one.status === "fulfilled") await one.value.stop();
  };
}
