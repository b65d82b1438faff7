/**
 * The small server beside a worker: liveness, readiness, metrics.
 *
 * I1. Liveness is progress: work that waits while nothing gets done is not alive.
 * I2. It answers GET alone, and holds nothing that a stranger may not see.
 */
import { describeError, MmmError } from "../../schemas/errors.ts";
import { createServer, type Server, type ServerResponse } from "node:http";

export interface Probes {
  /** Null when alive, else why not. */
  alive(): Promise<string | null>;
  ready(): Promise<string | null>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Listens; resolves with the server once it does. Throws `usage` where the place cannot be had. */
export function startProbes(probes: Probes, at: { host: string; port: number }): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.method === "GET" ? (request.url ?? "").split("?")[0] : "";
    answerProbe(probes, path ?? "", response).catch(() =>
      writeProbeResponse(response, 500, "text/plain", "failed\n"),
    );
  });
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const text = `--probes ${at.host}:${at.port}: ${describeError(cause)}; choose another place`;
      reject(new MmmError("usage", text, { cause }));
    });
    server.listen(at.port, at.host, () => resolve(server));
  });
}

async function answerProbe(probes: Probes, path: string, response: ServerResponse): Promise<void> {
  if (path === "/metrics") {
    const { type, text } = await probes.metrics();
    return writeProbeResponse(response, 200, type, text);
  }
  if (path !== "/live" && path !== "/ready")
    return writeProbeResponse(response, 404, "text/plain", "no such page\n");
  const fault = path === "/live" ? await probes.alive() : await probes.ready();
  writeProbeResponse(response, fault === null ? 200 : 503, "text/plain", `${fault ?? "ok"}\n`);
}

function writeProbeResponse(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(text);
}
