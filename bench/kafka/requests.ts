/**
 * What a run asks of Kafka and what its servers cost: requests by name, and processor time of the
 * processes that this one has started (broker and Redis; Linux, else zero).
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Connection {
  send: (asked: { readonly request: { readonly apiName: string } }) => Promise<unknown>;
}

const require = createRequire(import.meta.url);
const counts = new Map<string, number>();
/** Clock ticks of `/proc/<pid>/stat`, milliseconds each. */
const TICK_MS = 10;

/** Counts from now on, in this process. */
export function countRequests(): void {
  const Connection = require("kafkajs/src/network/connection.js") as { prototype: Connection };
  const { send } = Connection.prototype;
  Connection.prototype.send = function (this: Connection, asked) {
    const { apiName } = asked.request;
    counts.set(apiName, (counts.get(apiName) ?? 0) + 1);
    return send.call(this, asked);
  };
}

/** Requests since the last call, by name. */
export function takeRequests(): Map<string, number> {
  const taken = new Map(counts);
  counts.clear();
  return taken;
}

/** "Produce 12.0, Fetch 40.1, …", largest first, each divided by `share`. */
export function requestText(requests: ReadonlyMap<string, number>, share: number): string {
  return [...requests]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${(count / share).toFixed(1)}`)
    .join(", ");
}

/** Milliseconds of processor time of all processes below this one, by program name. */
export function childCpuMs(): Map<string, number> {
  const found = new Map<string, number>();
  const rows = processes();
  const below = new Set([process.pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of rows) {
      if (below.has(row.parent) && !below.has(row.pid)) {
        below.add(row.pid);
        grown = true;
      }
    }
  }
  for (const row of rows) {
    if (row.pid === process.pid || !below.has(row.pid)) continue;
    found.set(row.name, (found.get(row.name) ?? 0) + row.ms);
  }
  return found;
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ms: number;
}

/** See proc_pid_stat(5): name in brackets, then state, parent, …, utime (14), stime (15). */
function processes(): Row[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => rowOf(Number(pid)));
  } catch {
    return [];
  }
}

function rowOf(pid: number): Row[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
    const cells = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ms = (Number(cells[11]) + Number(cells[12])) * TICK_MS;
    return [{ pid, parent: Number(cells[1]), name, ms }];
  } catch {
    return [];
  }
}
