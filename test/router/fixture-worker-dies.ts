/** A worker that answers "live", fails on "fail" and dies on "die". */
import { parentPort } from "node:worker_threads";
import type { BatchRequest } from "../../router/encoder-messages.ts";

parentPort?.on("message", (request: BatchRequest | "close") => {
  if (request === "close") {
    parentPort?.close();
    return;
  }
  if (request.texts.includes("die")) process.exit(1);
  const failed = request.texts.includes("fail");
  parentPort?.postMessage({
    kind: "batch",
    id: request.id,
    vectors: failed ? null : new Float32Array(4 * request.texts.length),
    error: failed ? "it failed" : null,
  });
});
parentPort?.postMessage({
  kind: "ready",
  digest: "d".repeat(64),
  dimension: 4,
  runtime: "native",
});
