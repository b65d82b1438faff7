/** Planted changes to `api/`. */
import type { PlantedChange } from "../change.ts";

export const API_CHANGES: readonly PlantedChange[] = [
  {
    file: "api/a2a/card.ts",
    find: "pushNotifications: facts.push",
    put: "pushNotifications: true",
  },
  { file: "api/a2a/errors.ts", find: "if (status === 404)", put: "if (status === 410)" },
  {
    file: "api/a2a/params.ts",
    find: "part[name] !== undefined).length === 1",
    put: "part[name] !== undefined).length >= 1",
  },
  { file: "api/a2a/task-list.ts", find: "left < right ? 1 : -1", put: "left < right ? -1 : 1" },
  {
    file: "api/a2a/task-messages.ts",
    find: 'choice === "resume" && rest !== "" ? rest : null',
    put: 'rest !== "" ? rest : null',
  },
  {
    file: "api/http/authenticate.ts",
    find: "timingSafeEqual(digest, given))[0]",
    put: "digest.length === given.length)[0]",
  },
  {
    file: "api/http/bounded-json.ts",
    find: "if (count > VALUES_MAX)",
    put: "if (count > 9 * VALUES_MAX)",
  },
  { file: "api/http/error-body.ts", find: "statusCode > 499", put: "statusCode > 599" },
  { file: "api/http/loopback.ts", find: "/^127(\\.\\d{1,3}){3}$/", put: "/^127(\\.\\d{1,3}){3}/" },
  {
    file: "api/http/method-refusal.ts",
    find: 'text.replaceAll(/[.*+?^${}()|[\\]\\\\]/g, "\\\\$&")',
    put: "text",
  },
  {
    file: "api/http/openapi.ts",
    find: "if (row.hidden === true) continue;",
    put: "if (row.hidden === false) continue;",
  },
  {
    file: "api/http/principal.ts",
    find: 'principal.units === "all" || principal.units.has(unit)',
    put: "principal.units !== null",
  },
  {
    file: "api/http/problem.ts",
    find: 'detail: "an unexpected error"',
    put: "detail: describeError(error)",
  },
  { file: "api/http/request-metrics.ts", find: "if (ms <= end)", put: "if (ms < end)" },
  { file: "api/http/route.ts", find: "query ?? NO_QUERY", put: "query" },
  {
    file: "api/http/settings.ts",
    find: 'host: z.string().min(1).default("127.0.0.1")',
    put: 'host: z.string().min(1).default("0.0.0.0")',
  },
  {
    file: "api/http/stream-counter.ts",
    find: "const left = (open.get(caller) ?? 1) - 1;",
    put: "const left = open.get(caller) ?? 1;",
  },
  {
    file: "api/intake/fair-share.ts",
    find: "if (left !== right) return left < right;",
    put: "if (left !== right) return left > right;",
  },
  {
    file: "api/intake/intake.ts",
    find: "running.set(unit, (running.get(unit) ?? 0) + 1)",
    put: "running.set(unit, running.get(unit) ?? 0)",
  },
  { file: "api/intake/queue.ts", find: "      if (rows.has(row.session)) return;", put: "" },
  { file: "api/intake/status.ts", find: '["running", "waiting"]', put: '["running"]' },
  {
    file: "api/retention.ts",
    find: 'typeof path === "string" ? [path.slice(path.lastIndexOf("/") + 1)] : []',
    put: 'typeof path === "string" ? [] : []',
  },
  {
    file: "api/sessions/details.ts",
    find: "if (found?.version === version) return cacheDetail(session, found);",
    put: "if (found !== undefined) return cacheDetail(session, found);",
  },
  {
    file: "api/sessions/history-hub.ts",
    find: "      continue;\n    }\n    if (parseRecordSeq(record) <= last) continue;",
    put: "      continue;\n    }",
  },
  {
    file: "api/sessions/requests.ts",
    find: "export const DECISION = z.strictObject({",
    put: "export const DECISION = z.looseObject({",
  },
  {
    file: "api/sessions/sessions.ts",
    find: "  if (before !== null && before !== digest) throw createKeyReuseError(key);",
    put: "",
  },
  {
    file: "api/sessions/view.ts",
    find: "other.business_unit === business_unit && other.offset",
    put: "other.offset",
  },
];
