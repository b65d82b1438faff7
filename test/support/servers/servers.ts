/**
 * Real servers for tests, shared by all files of a run: those that are given by KAFKA_BROKERS and
 * REDIS_URL, else Docker's, else this machine's. Where none can be had the test fails and says what
 * to install; it is never skipped.
 */
import { request } from "node:http";

export type ServerKind = "kafka" | "redis";

/** Where the keeper of the servers (test/support/servers/keeper.ts) listens. */
export const KEEPER_VARIABLE = "MMM_TEST_KEEPER";
const GIVEN: Readonly<Record<ServerKind, string>> = { kafka: "KAFKA_BROKERS", redis: "REDIS_URL" };

/** Brokers of the shared Kafka. */
export async function kafkaBrokers(): Promise<string[]> {
  return (await addressOf("kafka")).split(",");
}

/** URL of the shared Redis. */
export function redisUrl(): Promise<string> {
  return addressOf("redis");
}

async function addressOf(kind: ServerKind): Promise<string> {
  const given = process.env[GIVEN[kind]];
  if (given !== undefined && given !== "") return given;
  const keeper = process.env[KEEPER_VARIABLE];
  if (keeper === undefined) throw new Error("run this test with vitest: its set-up keeps servers");
  const { status, text } = await ask(`${keeper}/${kind}`);
  if (status !== 200) throw new Error(text);
  return text;
}

/** A first start may fetch Kafka's jars, longer than `fetch` waits. */
function ask(url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject).end();
  });
}
