/** REST: health, readiness, metrics, the API's own description, uploads and guard checks. */
import { z } from "zod";
import { sha256 } from "../schemas/canonical.ts";
import type { Answer, Route } from "./route.ts";
import { route } from "./route.ts";

export interface OperationTools {
  /** Null when work can be taken; else what is missing. */
  ready(): Promise<string | null>;
  /** Metrics in the text format of Prometheus. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** Keeps a data file by its digest. */
  storeData(digest: string, text: string): Promise<void>;
  /** Judges a proposal outside any session. */
  checkProposal(baseline: unknown, proposal: string, reasoning: string | null): Promise<unknown>;
  readonly version: string;
  readonly uploadBytesMax: number;
}

/** How an uploaded file is named in `data.path`. */
export const DATA_PREFIX = "sha256:";

const STATUS = z.object({ status: z.string(), version: z.string() });

export function operationRoutes(tools: OperationTools): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/health",
      name: "getHealth",
      summary: "The process answers",
      scope: "open",
      answers: { 200: { about: "alive", schema: STATUS } },
      handle: async () => ({ status: 200, json: { status: "alive", version: tools.version } }),
    }),
    route({
      method: "GET",
      path: "/ready",
      name: "getReadiness",
      summary: "The process can take work",
      scope: "open",
      answers: {
        200: { about: "ready", schema: STATUS },
        503: { about: "not ready; the reason is in the log" },
      },
      handle: async (): Promise<Answer> => {
        const missing = await tools.ready();
        const status = missing === null ? 200 : 503;
        const word = missing === null ? "ready" : "not ready";
        return { status, json: { status: word, version: tools.version } };
      },
    }),
    route({
      method: "GET",
      path: "/metrics",
      name: "getMetrics",
      summary: "Metrics for Prometheus",
      scope: "operate",
      answers: { 200: { about: "text format" } },
      handle: async () => ({ status: 200, ...(await tools.metrics()) }),
    }),
    upload(tools),
    guardCheck(tools),
  ];
}

function upload(tools: OperationTools): Route {
  return route({
    method: "POST",
    path: "/v1/data",
    name: "uploadData",
    summary: "A data file (CSV); the answer goes into data.path of a baseline",
    scope: "start",
    upload: { type: "text/csv", bytesMax: tools.uploadBytesMax },
    body: z.string().min(1),
    answers: { 201: { about: "stored by content", schema: z.object({ path: z.string() }) } },
    handle: async ({ body }) => {
      const digest = sha256(body);
      await tools.storeData(digest, body);
      return { status: 201, json: { path: `${DATA_PREFIX}${digest}`, sha256: digest } };
    },
  });
}

const CHECK = z.strictObject({
  baseline: z.record(z.string(), z.unknown()),
  proposal: z.union([z.string().min(1).max(1_000_000), z.record(z.string(), z.unknown())]),
  reasoning: z.string().max(20_000).nullable().default(null),
});

function guardCheck(tools: OperationTools): Route {
  return route({
    method: "POST",
    path: "/v1/guard/check",
    name: "checkProposal",
    summary: "Judge a proposal against a baseline, outside any session",
    scope: "start",
    body: CHECK,
    answers: { 200: { about: "cleared or vetoed, with violations" } },
    handle: async ({ body }) => {
      const text =
        typeof body.proposal === "string" ? body.proposal : JSON.stringify(body.proposal);
      const result = await tools.checkProposal(body.baseline, text, body.reasoning);
      return { status: 200, json: result };
    },
  });
}
