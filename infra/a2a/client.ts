/**
 * A remote agent over A2A 1.0: a question out, its answer back. The only file that knows the SDK's
 * client.
 *
 * I1. The card is read from the configured address; with pinned keys its signature must hold. Only
 *     interfaces on the card's own origin are called, so a card cannot send us elsewhere.
 * I2. The messageId is the caller's: a retry is the same message.
 * I3. A long answer is waited for by asking for the task, never by a stream, within `totalMs`.
 */
import { createPublicKey, randomUUID, verify } from "node:crypto";
import {
  canonicalizeAgentCard,
  Role,
  TaskState,
  type AgentCard,
  type Message,
  type Task,
} from "@a2a-js/sdk";
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
  type Client,
} from "@a2a-js/sdk/client";
import { z } from "zod";
import { describeError, MmmError } from "../../schemas/errors.ts";
import { createRemoteFetch, type RemoteCallOptions, type RemoteCallTools } from "./fetch.ts";

export interface A2aClientOptions extends Omit<RemoteCallOptions, "origin"> {
  readonly cardUrl: string;
  /** Pinned keys (JWK) of the card's signature; empty = the signature is not asked for. */
  readonly cardKeys: readonly Readonly<Record<string, unknown>>[];
  /** Bound on a question with all its waiting. */
  readonly totalMs: number;
}

export interface A2aClient {
  /** The answer's data part. Rejects with `reasoner_failed`, `reasoner_unavailable` or `timeout`. */
  ask(question: unknown, messageId: string, signal: AbortSignal): Promise<unknown>;
}

const POLL_MS = 500;

export function createA2aClient(options: A2aClientOptions, tools: RemoteCallTools): A2aClient {
  const { origin } = new URL(options.cardUrl);
  const fetchImpl = createRemoteFetch({ ...options, origin }, tools);
  let connected: Promise<Client> | null = null;
  const client = (): Promise<Client> => {
    connected ??= connectRemoteAgent(options, fetchImpl).catch((error: unknown) => {
      connected = null;
      throw error;
    });
    return connected;
  };
  return {
    ask: async (question, messageId, signal) => {
      const late = AbortSignal.timeout(options.totalMs);
      const asking = { question, messageId, signal: AbortSignal.any([signal, late]) };
      try {
        return await askOnce(await client(), asking, tools);
      } catch (error) {
        signal.throwIfAborted();
        if (late.aborted)
          throw new MmmError("timeout", "the agent took too long", { cause: error });
        throw toAgentError(error);
      }
    },
  };
}

async function connectRemoteAgent(
  options: A2aClientOptions,
  fetchImpl: typeof fetch,
): Promise<Client> {
  const { origin, pathname, search } = new URL(options.cardUrl);
  const card = await new DefaultAgentCardResolver({ fetchImpl }).resolve(
    origin,
    `${pathname}${search}`,
  );
  if (options.cardKeys.length > 0 && !isSignedBy(card, options.cardKeys)) {
    throw new MmmError("reasoner_failed", `the card at ${origin} is not signed by a pinned key`);
  }
  const own = card.supportedInterfaces.filter(({ url }) => parseOrigin(url) === origin);
  if (own.length === 0) {
    throw new MmmError("reasoner_failed", `the card at ${origin} names no address of its own`);
  }
  const transports = [
    new JsonRpcTransportFactory({ fetchImpl }),
    new RestTransportFactory({ fetchImpl }),
  ];
  return new ClientFactory({ transports }).createFromAgentCard({
    ...card,
    supportedInterfaces: own,
  });
}

const HEADER = z.object({ alg: z.enum(["EdDSA", "Ed25519", "ES256"]), kid: z.string() });

/**
 * True when one signature of the card (specification 8.4: JWS over the canonical card) is of a pinned
 * key. The SDK's own verifier writes to standard output, which belongs to the command.
 */
function isSignedBy(card: AgentCard, keys: A2aClientOptions["cardKeys"]): boolean {
  const payload = Buffer.from(canonicalizeAgentCard(card)).toString("base64url");
  return card.signatures.some((entry) => {
    const header = HEADER.safeParse(decodeSignatureHeader(entry.protected));
    const key = keys.find((known) => header.success && known["kid"] === header.data.kid);
    if (!header.success || key === undefined) return false;
    const publicKey = createPublicKey({ key: { ...key }, format: "jwk" });
    const text = Buffer.from(`${entry.protected}.${payload}`);
    const signature = Buffer.from(entry.signature, "base64url");
    return header.data.alg === "ES256"
      ? verify("sha256", text, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)
      : verify(null, text, publicKey, signature);
  });
}

function decodeSignatureHeader(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

function parseOrigin(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

interface Asking {
  readonly question: unknown;
  readonly messageId: string;
  readonly signal: AbortSignal;
}

async function askOnce(client: Client, asking: Asking, tools: RemoteCallTools): Promise<unknown> {
  const { signal } = asking;
  const message = createQuestionMessage(asking);
  const configuration = {
    acceptedOutputModes: ["application/json"],
    returnImmediately: true,
    taskPushNotificationConfig: undefined,
  };
  const sent = await client.sendMessage(
    { tenant: "", message, configuration, metadata: undefined },
    { signal },
  );
  if ("messageId" in sent) return extractDataPart(sent.parts, "message");
  let task: Task = sent;
  while (!isTaskOver(task)) {
    await tools.clock.sleep(POLL_MS, signal);
    signal.throwIfAborted();
    task = await client.getTask({ id: task.id, tenant: "" }, { signal });
  }
  return readTaskAnswer(task);
}

function createQuestionMessage({ question, messageId }: Asking): Message {
  return {
    messageId: messageId === "" ? randomUUID() : messageId,
    contextId: "",
    taskId: "",
    role: Role.ROLE_USER,
    parts: [
      {
        content: { $case: "data", value: question },
        mediaType: "application/json",
        filename: "",
        metadata: undefined,
      },
    ],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

const OVER: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
]);

function isTaskOver(task: Task): boolean {
  return OVER.has(task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED);
}

function readTaskAnswer(task: Task): unknown {
  const state = task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED;
  if (state !== TaskState.TASK_STATE_COMPLETED) {
    throw new MmmError("reasoner_failed", `the agent's task ended as ${TaskState[state]}`);
  }
  const parts = task.artifacts.flatMap((artifact) => artifact.parts);
  return extractDataPart([...parts, ...(task.status?.message?.parts ?? [])], "task");
}

/** The first data part, or JSON in the first text part. */
function extractDataPart(parts: readonly Message["parts"][number][], where: string): unknown {
  for (const { content } of parts) {
    if (content?.$case === "data") return content.value as unknown;
  }
  for (const { content } of parts) {
    if (content?.$case !== "text") continue;
    try {
      return JSON.parse(content.value) as unknown;
    } catch {
      break;
    }
  }
  throw new MmmError("reasoner_failed", `the agent's ${where} holds no data part`);
}

/** The SDK's errors and those of `fetch` with a code of the product. */
function toAgentError(error: unknown): MmmError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof MmmError) return cause;
  }
  return new MmmError("reasoner_failed", `the agent: ${describeError(error)}`, { cause: error });
}
