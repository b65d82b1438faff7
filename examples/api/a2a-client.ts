/**
 * Optimize a model from another agent: A2A 1.0 with the SDK's own client.
 *
 *   mmm serve --data-root examples &
 *   node examples/api/a2a-client.ts http://127.0.0.1:8080
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Role, TaskState } from "@a2a-js/sdk";
import { ClientFactory } from "@a2a-js/sdk/client";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));

const client = await new ClientFactory().createFromUrl(url);
const request = {
  baseline: read("baseline_model.json"),
  business_context: read("business_context.json"),
  limits: { max_iterations: 2, evaluations_per_iteration: 50 },
};
const message = {
  // The same id again is the same message: a retry starts nothing twice.
  messageId: randomUUID(),
  contextId: "",
  taskId: "",
  role: Role.ROLE_USER,
  parts: [
    {
      content: { $case: "data" as const, value: request },
      mediaType: "application/json",
      filename: "",
      metadata: undefined,
    },
  ],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
};
const stream = client.sendMessageStream({
  tenant: "",
  message,
  configuration: undefined,
  metadata: undefined,
});
for await (const { payload } of stream) {
  if (payload?.$case === "task") process.stdout.write(`task ${payload.value.id}\n`);
  if (payload?.$case === "statusUpdate") {
    const { status } = payload.value;
    const said = status?.message?.parts[0]?.content;
    const state = TaskState[status?.state ?? TaskState.TASK_STATE_UNSPECIFIED];
    process.stdout.write(`${state}: ${said?.$case === "text" ? said.value : ""}\n`);
  }
  if (payload?.$case === "artifactUpdate") {
    const { artifact } = payload.value;
    process.stdout.write(`artifact ${artifact?.artifactId}: ${artifact?.name}\n`);
  }
}
