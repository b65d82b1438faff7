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

interface Way {
  /** In a container. */
  readonly contained: () => Promise<Kept>;
  /** On this machine. */
  readonly here: () => Promise<Kept>;
  readonly need: string;
}

const WAYS: Readonly<Record<ServerKind, Way>> = {
  kafka: {
    need: "set KAFKA_BROKERS, or start Docker, or install Java 17 and Maven (apt-get install openjdk-17-jre-headless maven)",
    contained: kafkaContainer,
    here: async () => {
      const server = await startKafka(1);
      return { address: server.brokers.join(","), stop: () => server.stop() };
    },
  },
  redis: {
    need: "set REDIS_URL, or start Docker, or install Redis (apt-get install redis-server)",
    contained: redisContainer,
    here: async () => {
      const server = await startRedis();
      return { address: server.url, stop: () => server.stop() };
    },
  },
};

/** Starts a server: in a container where Docker answers, else here. Throws what to install. */
export async function startServer(
  kind: ServerKind,
  parts: { readonly docker: () => Promise<boolean>; readonly ways?: typeof WAYS },
): Promise<Kept> {
  const { contained, here, need } = (parts.ways ?? WAYS)[kind];
  try {
    return (await parts.docker()) ? await contained() : await here();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`tests need a real ${kind} server: ${need}\n${text}`, { cause });
  }
}

/**
 * Started by vitest before the first file, once for each of its projects, of which the first keeps
 * the servers; the function it returns ends all of them.
 */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env[KEEPER_VARIABLE] !== undefined) return async () => {};
  const kept = new Map<ServerKind, Promise<Kept>>();
  const server: Server = createServer((request, response) => {
    const kind = request.url?.slice(1) as ServerKind;
    const running = kept.get(kind) ?? startServer(kind, { docker: hasDocker });
    kept.set(kind, running);
    running.then(
      ({ address }) => response.end(address),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
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
