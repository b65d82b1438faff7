/**
 * Requests that kafkajs does not know, over its connections: with their security, by their bytes.
 */

interface RawConnection {
  send(exchange: {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<{ readonly buffer: Buffer }>;
    };
    readonly response: {
      decode(raw: Buffer): Promise<Buffer>;
      parse(decoded: Buffer): Promise<Buffer>;
    };
  }): Promise<Buffer>;
}

/** The connections to one broker, as kafkajs pools them. */
export interface RawConnections {
  getConnection(): Promise<RawConnection>;
}

/** Sends a body, which goes behind the client's name, and gives the answer behind its id. */
export async function sendRaw(
  broker: { readonly connectionPool: RawConnections },
  request: { readonly apiKey: number; readonly apiVersion: number; readonly body: Buffer },
): Promise<Buffer> {
  const { apiKey, apiVersion, body } = request;
  const connection = await broker.connectionPool.getConnection();
  return connection.send({
    request: {
      apiKey,
      apiVersion,
      apiName: `raw ${apiKey}`,
      encode: async () => ({ buffer: body }),
    },
    response: { decode: async (raw) => raw, parse: async (decoded) => decoded },
  });
}
