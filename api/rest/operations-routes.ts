/** REST: health, readiness, metrics, the API's own description, uploads and guard checks. */
import { z } from "zod";
import { computeSha256 } from "../../schemas/canonical.ts";
import type { Answer, Route } from "../http/route.ts";
import { route, UPLOAD_TYPES } from "../http/route.ts";

/** A proposal to be judged outside any session. */
export interface GuardQuestion {
  readonly baseline: unknown;
  /** The proposal's text, as an agent would write it. */
  readonly proposal: string;
  readonly reasoning: string | null;
  /** Data instead of those the baseline names: a path, or `sha256:…`. */
  readonly data: string | null;
}

export interface OperationTools {
  /** Null when work can be taken; else what is missing. */
  ready(): Promise<string | null>;
  /** Metrics in the text format of Prometheus. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** Keeps a data file by its digest. */
  storeData(digest: string, bytes: Uint8Array): Promise<void>;
  /** Judges a proposal outside any session. */
  checkProposal(question: GuardQuestion): Promise<unknown>;
  readonly version: string;
  readonly uploadBytesMax: number;
}

/** How an uploaded file is named in `data.path`. */
export const DATA_PREFIX = "sha256:";

const STATUS = z.object({ status: z.string(), version: z.string() });

export function createOperationRoutes(tools: OperationTools): readonly Route[] {
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
    summary: "A data file (CSV, .xlsx, Parquet); the answer goes into data.path of a baseline",
    scope: "start",
    upload: { types: UPLOAD_TYPES, bytesMax: tools.uploadBytesMax },
    body: z
      .custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0, "empty")
      .meta({ type: "string", format: "binary" }),
    answers: { 201: { about: "stored by content", schema: z.object({ path: z.string() }) } },
    handle: async ({ body }) => {
      const digest = computeSha256(body);
      await tools.storeData(digest, body);
      return { status: 201, json: { path: `${DATA_PREFIX}${digest}`, sha256: digest } };
    },
  });
}

const CHECK = z.strictObject({
  baseline: z.record(z.string(), z.unknown()),
  proposal: z.union([z.string().min(1).max(1_000_000), z.record(z.string(), z.unknown())]),
  reasoning: z.string().max(20_000).nullable().default(null),
  data: z
    .string()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("data instead of those the baseline names: a path, or sha256:… of an upload"),
});

const CHECKED = z.looseObject({
  verdict: z.enum(["cleared", "vetoed"]),
  layer: z.enum(["rules", "signature", "semantics", "system"]).nullable(),
  violations: z.array(
    z.object({ code: z.string(), path: z.string(), message: z.string(), evidence: z.string() }),
  ),
  layers: z.array(z.object({ layer: z.string(), verdict: z.string(), detail: z.string() })),
  observed_spend: z
    .boolean()
    .describe("true: saturation was judged over the spend of the data, as in a session"),
});

function guardCheck(tools: OperationTools): Route {
  return route({
    method: "POST",
    path: "/v1/guard/check",
    name: "checkProposal",
    summary: "Judge a proposal against a baseline, outside any session",
    scope: "start",
    body: CHECK,
    answers: { 200: { about: "cleared or vetoed, with violations", schema: CHECKED } },
    handle: async ({ body }) => {
      const { proposal: given } = body;
      const proposal = typeof given === "string" ? given : JSON.stringify(given);
      return { status: 200, json: await tools.checkProposal({ ...body, proposal }) };
    },
  });
}
