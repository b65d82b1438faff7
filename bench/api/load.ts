/**
 * An open-loop load generator for one GET route: requests leave when they are due, whether or not
 * earlier ones were answered, and each is timed from the moment it was due (no coordinated omission).
 *
 * Bare sockets and a reader of exactly what the server sends (status line, content-length), so that
 * asking costs little of the machine that answers.
 */
import { connect, type Socket } from "node:net";

export interface LoadPlan {
  readonly url: string;
  /** Path of the n-th request. */
  readonly pathOf: (n: number) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly count: number;
}

export interface Measured {
  /** Milliseconds from due to answered, ascending. */
  readonly latencies: readonly number[];
  /** Milliseconds from due to sent: how late the generator itself was, ascending. */
  readonly delays: readonly number[];
  /** Answers other than 200. */
  readonly wrong: number;
}

interface Line {
  readonly socket: Socket;
  /** When the request in hand was due; null for a free line. */
  due: number | null;
  text: string;
}

const HEAD_END = "\r\n\r\n";

export function runLoad(plan: LoadPlan): Promise<Measured> {
  const { hostname, port, host } = new URL(plan.url);
  const head = Object.entries(plan.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const tail = ` HTTP/1.1\r\nhost: ${host}\r\n${head.join("")}\r\n`;
  const free: Line[] = [];
  const lines: Line[] = [];
  const latencies: number[] = [];
  const delays: number[] = [];
  let wrong = 0;
  let sent = 0;
  return new Promise((resolve, reject) => {
    function open(): Line {
      const socket = connect(Number(port), hostname).setNoDelay(true).setEncoding("latin1");
      const line: Line = { socket, due: null, text: "" };
      socket.on("data", (chunk: string) => take(line, chunk)).once("error", reject);
      lines.push(line);
      return line;
    }
    function take(line: Line, chunk: string): void {
      line.text += chunk;
      const end = line.text.indexOf(HEAD_END);
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(line.text)?.[1]);
      if (line.text.length < end + HEAD_END.length + length) return;
      if (!line.text.startsWith("HTTP/1.1 200 ")) wrong += 1;
      latencies.push(performance.now() - (line.due ?? 0));
      line.due = null;
      line.text = "";
      free.push(line);
      if (latencies.length === plan.count) finish();
    }
    function finish(): void {
      for (const { socket } of lines) socket.destroy();
      const ascending = (values: number[]) => values.toSorted((a, b) => a - b);
      resolve({ latencies: ascending(latencies), delays: ascending(delays), wrong });
    }
    const begun = performance.now();
    const pace = (): void => {
      for (; sent < plan.count; sent += 1) {
        const due = begun + (sent * 1_000) / plan.perSecond;
        const now = performance.now();
        if (due > now) break;
        const line = free.pop() ?? open();
        line.due = due;
        delays.push(now - due);
        line.socket.write(`GET ${plan.pathOf(sent)}${tail}`);
      }
      if (sent < plan.count) setTimeout(pace, 1);
    };
    pace();
  });
}
