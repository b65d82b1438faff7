/**
 * A TCP proxy in front of a Kafka broker that loses one answer: when it is told to, it lets the next
 * commit of a transaction through, waits until the broker has answered, and cuts the connection
 * instead of passing the answer on. The client cannot know then what became of the transaction.
 */
import { connect, createServer, type Socket } from "node:net";

const END_TRANSACTION = 26;
const LENGTH_BYTES = 4;

export interface CuttingProxy {
  readonly port: number;
  /** Loses the answer to the next commit of a transactional id that ends so. */
  cutNextCommit(idEnding: string): void;
  /** Answers lost so far. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Listens on `port` and passes everything on to `target` on this machine. */
export async function startCuttingProxy(port: number, target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let wanted: string | null = null;
  let cuts = 0;

  const server = createServer((client) => {
    const broker = connect(target, "127.0.0.1");
    /** Correlation id of the commit whose answer is to be lost. */
    let awaited: number | null = null;
    const end = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", end).on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    eachFrame(client, (frame) => {
      const id = wanted === null ? null : committedId(frame);
      if (id !== null && wanted !== null && id.endsWith(wanted)) {
        wanted = null;
        awaited = frame.readInt32BE(LENGTH_BYTES + 4);
      }
      broker.write(frame);
    });
    eachFrame(broker, (frame) => {
      if (awaited === null || frame.readInt32BE(LENGTH_BYTES) !== awaited) {
        client.write(frame);
        return;
      }
      cuts += 1;
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    cutNextCommit: (idEnding) => void (wanted = idEnding),
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Calls back with every whole frame of Kafka's protocol, its length included. */
function eachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const size = LENGTH_BYTES + rest.readInt32BE(0);
      if (rest.length < size) return;
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  });
}

/**
 * Transactional id of a request that commits; null for any other request. Request: length, key,
 * version, correlation id, client id, then transactional id, producer id, epoch, committed.
 */
function committedId(frame: Buffer): string | null {
  if (frame.readInt16BE(LENGTH_BYTES) !== END_TRANSACTION || frame.at(-1) !== 1) return null;
  const clientAt = LENGTH_BYTES + 8;
  const idAt = clientAt + 2 + Math.max(0, frame.readInt16BE(clientAt));
  const size = frame.readInt16BE(idAt);
  return frame.subarray(idAt + 2, idAt + 2 + size).toString();
}
