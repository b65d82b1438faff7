/** Beginning a write while another process holds the database. */
import type { DatabaseSync } from "node:sqlite";
import { isSqliteBusy } from "./errors.ts";

/** How long a writer waits for another process's transaction, and how often it asks. */
const BUSY_MS_MAX = 10_000;
const BUSY_STEP_MS = 2;

/** Waits without a queue, in short steps, so that a busy process cannot starve a short visitor. */
export function beginWaiting(writer: DatabaseSync): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += BUSY_STEP_MS) {
    try {
      writer.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      if (!isSqliteBusy(error) || waited >= BUSY_MS_MAX) throw error;
      Atomics.wait(nap, 0, 0, BUSY_STEP_MS);
    }
  }
}
