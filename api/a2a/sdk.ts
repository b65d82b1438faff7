/**
 * The one door to the A2A SDK on the serving side: the names the other files use.
 *
 * Owns: which types, codecs and errors of the protocol the API speaks. The framework handlers of the
 * SDK are for another web framework and are not used; its JSON-RPC handler, codecs, error table and
 * card signatures are.
 */
import {
  A2A_CONTENT_TYPE,
  AgentCard,
  generateAgentCardSignature,
  ListTasksResponse,
  ListTaskPushNotificationConfigsResponse,
  Role,
  SendMessageRequest,
  StreamResponse,
  Task,
  taskStateFromJSON,
  TaskPushNotificationConfig,
  TaskState,
} from "@a2a-js/sdk";
import {
  A2AError,
  ContentTypeNotSupportedError,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  restStatusFor,
  TaskNotCancelableError,
  TaskNotFoundError,
  toJsonRpcError,
  toRestErrorBody,
  UnsupportedOperationError,
} from "@a2a-js/sdk/errors";
import { JsonRpcTransportHandler, ServerCallContext, validateVersion } from "@a2a-js/sdk/server";
import type { Artifact, Message, Part, TaskStatus } from "@a2a-js/sdk";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";

export {
  A2A_CONTENT_TYPE,
  A2AError,
  AgentCard,
  ContentTypeNotSupportedError,
  generateAgentCardSignature,
  JsonRpcTransportHandler,
  ListTasksResponse,
  ListTaskPushNotificationConfigsResponse,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  restStatusFor,
  Role,
  SendMessageRequest,
  ServerCallContext,
  StreamResponse,
  Task,
  TaskNotCancelableError,
  TaskNotFoundError,
  taskStateFromJSON,
  TaskPushNotificationConfig,
  TaskState,
  toJsonRpcError,
  toRestErrorBody,
  UnsupportedOperationError,
  validateVersion,
};
export type { A2ARequestHandler, Artifact, Message, Part, TaskStatus };

/** A part with text. */
export function createTextPart(text: string): Part {
  return {
    content: { $case: "text", value: text },
    mediaType: "text/plain",
    filename: "",
    metadata: undefined,
  };
}

/** A part with a JSON value. */
export function createDataPart(value: unknown): Part {
  return {
    content: { $case: "data", value },
    mediaType: "application/json",
    filename: "",
    metadata: undefined,
  };
}

interface AgentMessage {
  readonly messageId: string;
  readonly taskId: string;
  readonly contextId: string;
  readonly parts: readonly Part[];
}

/** A message from the agent. */
export function createAgentMessage(from: AgentMessage): Message {
  return {
    ...from,
    parts: [...from.parts],
    role: Role.ROLE_AGENT,
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}
