/** Summaries of sessions by the indexes of a partition in Redis, and how the keys of one are named. */
import type { SessionFilter, SessionSummary } from "../../session/ports.ts";
import { parseSummary } from "../../session/summary.ts";

/** What is asked of the connection. */
interface Queries {
  zrangebyscore(key: string, min: number, max: string): Promise<string[]>;
  zrangebylex(key: string, min: string, max: string): Promise<string[]>;
  zrangebylex(
    key: string,
    min: string,
    max: string,
    limit: "LIMIT",
    offset: string,
    count: string,
  ): Promise<string[]>;
  pipeline(): {
    hget(key: string, field: string): unknown;
    exec(): Promise<[error: Error | null, result: unknown][] | null>;
  };
}

/** Sessions in one script call and in one reading request. */
export const BATCH = 100;

/** Tag of a partition's keys, without the prefix that the client adds. */
export function formatTag(partition: number): string {
  return `{p${partition}}:`;
}

/** Ids in one partition that may fit; the smallest index the filter allows. */
export async function findSessionIds(
  redis: Queries,
  hashTag: string,
  filter: SessionFilter,
): Promise<string[]> {
  const { business_unit: unit, status, since, after, limit } = filter;
  if (since !== undefined)
    return redis.zrangebyscore(`${hashTag}updated`, Date.parse(since), "+inf");
  const from = after === undefined ? "-" : `(${after}`;
  const index =
    unit !== undefined ? `unit:${unit}` : status !== undefined ? `status:${status}` : "sessions";
  const single = unit === undefined || status === undefined;
  if (single && limit !== undefined) {
    return redis.zrangebylex(`${hashTag}${index}`, from, "+", "LIMIT", "0", String(limit));
  }
  return redis.zrangebylex(`${hashTag}${index}`, from, "+");
}

export async function readSummaries(
  redis: Queries,
  hashTag: string,
  sessions: readonly string[],
): Promise<SessionSummary[]> {
  const found: SessionSummary[] = [];
  for (let at = 0; at < sessions.length; at += BATCH) {
    const pipeline = redis.pipeline();
    for (const session of sessions.slice(at, at + BATCH)) {
      pipeline.hget(`${hashTag}snap:${session}`, "summary");
    }
    for (const [error, text] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error;
      if (typeof text === "string") found.push(parseSummary(text));
    }
  }
  return found;
}
