/**
 * Parameters of A2A calls as they arrive: types and bounds checked before the SDK's lenient codecs,
 * which turn anything into a string.
 */
import { z } from "zod";
import { RequestMalformedError } from "./sdk.ts";

const NAME = z.string().max(300);
const TEXT = z.string().max(1_000_000);
const OBJECT = z.record(z.string(), z.unknown());

const PART = z
  .looseObject({
    text: TEXT.optional(),
    raw: z.string().max(2_000_000).optional(),
    url: z.string().max(2_000).optional(),
    filename: NAME.optional(),
    mediaType: NAME.optional(),
    metadata: OBJECT.optional(),
  })
  .refine(
    (part) =>
      ["text", "raw", "url", "data"].filter((name) => part[name] !== undefined).length === 1,
    "a part holds exactly one of text, raw, url, data",
  );

const MESSAGE = z
  .looseObject({
    messageId: NAME.min(1).optional(),
    message_id: NAME.min(1).optional(),
    contextId: NAME.optional(),
    taskId: NAME.optional(),
    role: z.enum(["ROLE_USER"]),
    parts: z.array(PART).min(1).max(64),
    metadata: OBJECT.optional(),
    extensions: z.array(NAME).max(64).optional(),
    referenceTaskIds: z.array(NAME).max(64).optional(),
  })
  .refine(
    (message) => message.messageId !== undefined || message.message_id !== undefined,
    "messageId is required",
  );

const WEBHOOK = z.looseObject({
  url: z.string().min(1).max(2_000),
  id: NAME.optional(),
  token: z.string().max(2_000).optional(),
});

const SEND = z.looseObject({
  message: MESSAGE,
  configuration: z
    .looseObject({
      acceptedOutputModes: z.array(NAME).max(64).optional(),
      historyLength: z.int().min(0).max(10_000).optional(),
      returnImmediately: z.boolean().optional(),
      taskPushNotificationConfig: WEBHOOK.optional(),
    })
    .optional(),
  tenant: NAME.optional(),
});
const BY_ID = z.looseObject({
  id: NAME.min(1),
  tenant: NAME.optional(),
  historyLength: z.int().min(0).max(10_000).optional(),
});
const OF_TASK = z.looseObject({ taskId: NAME.min(1).optional(), tenant: NAME.optional() });

/** By method; those without a row take no parameters that matter. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  SendMessage: SEND,
  SendStreamingMessage: SEND,
  GetTask: BY_ID,
  CancelTask: BY_ID,
  SubscribeToTask: BY_ID,
  ListTasks: z.looseObject({
    pageSize: z.int().optional(),
    historyLength: z.int().min(0).max(10_000).optional(),
    pageToken: NAME.optional(),
    tenant: NAME.optional(),
  }),
  CreateTaskPushNotificationConfig: OF_TASK.extend(WEBHOOK.shape),
  GetTaskPushNotificationConfig: OF_TASK,
  ListTaskPushNotificationConfigs: OF_TASK,
  DeleteTaskPushNotificationConfig: OF_TASK,
};

/** Throws the protocol's error for parameters that are not of the method. */
export function checkParams(method: string, params: unknown): void {
  if (!Object.hasOwn(SCHEMAS, method)) return;
  const result = SCHEMAS[method]?.safeParse(params);
  if (result === undefined || result.success) return;
  const issue = result.error.issues[0];
  const issuePath = issue?.path.map(String).join(".") ?? "";
  throw new RequestMalformedError(`${issuePath || "params"}: ${issue?.message ?? "not valid"}`);
}
