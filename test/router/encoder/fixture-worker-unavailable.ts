/** A worker on a machine without the inference runtime. */
import { parentPort } from "node:worker_threads";

parentPort?.postMessage({ kind: "unavailable", reason: "module_missing", message: "no runtime" });
