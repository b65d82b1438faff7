/**
 * Answers of the API by route and status, in the text format of Prometheus.
 *
 * I1. Labels are route names of the table and statuses: never a path, a caller or a session.
 */

/** Upper ends of the latency buckets, milliseconds. */
const BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 10_000] as const;

interface Row {
  count: number;
  sum: number;
  readonly buckets: number[];
}

export interface RequestMetrics {
  observe(route: string, status: number, ms: number): void;
  text(): string;
}

export function createRequestMetrics(): RequestMetrics {
  const rows = new Map<string, Row>();
  return {
    observe(route, status, ms) {
      const labels = `route="${label(route)}",status="${status}"`;
      const row = rows.get(labels) ?? { count: 0, sum: 0, buckets: BUCKETS.map(() => 0) };
      rows.set(labels, row);
      row.count += 1;
      row.sum += ms;
      for (const [index, end] of BUCKETS.entries()) {
        if (ms <= end) row.buckets[index] = (row.buckets[index] ?? 0) + 1;
      }
    },
    text: () => {
      const name = "mmm_api_answer_milliseconds";
      const lines = [`# HELP ${name} time to an answer of the API`, `# TYPE ${name} histogram`];
      for (const [labels, row] of rows) {
        for (const [index, end] of BUCKETS.entries()) {
          lines.push(`${name}_bucket{${labels},le="${end}"} ${row.buckets[index]}`);
        }
        lines.push(`${name}_bucket{${labels},le="+Inf"} ${row.count}`);
        lines.push(`${name}_sum{${labels}} ${row.sum}`, `${name}_count{${labels}} ${row.count}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function label(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 /:{}._-]/g, "_").slice(0, 100);
}
