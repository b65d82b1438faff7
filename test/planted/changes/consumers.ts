/** Planted changes to `consumers/`. */
import type { PlantedChange } from "../change.ts";

export const CONSUMERS_CHANGES: readonly PlantedChange[] = [
  {
    file: "consumers/coordinator/restore-partition.ts",
    find: "if (why !== null) tools",
    put: 'if (why === "") tools',
  },
  {
    file: "consumers/agent-task.ts",
    find: "attempt: parseAttempt(proposal)",
    put: "attempt: 1",
  },
  {
    file: "consumers/business-analyst.ts",
    find: 'createAgentFailed("business_analyst", event',
    put: 'createAgentFailed("stakeholder", event',
  },
  {
    file: "consumers/coordinator/attachments.ts",
    find: "if (computeSha256(text) !== posterior_digest)",
    put: 'if (text === "")',
  },
  {
    file: "consumers/coordinator/coordinator.ts",
    find: "actor?.push(records);",
    put: "actor?.push(records.slice(1));",
  },
  {
    file: "consumers/coordinator/stranded-sessions.ts",
    find: "if (row.committed < row.high) idle.delete(row.partition);",
    put: "if (row.committed > row.high) idle.delete(row.partition);",
  },
  {
    file: "consumers/effects-record.ts",
    find: "    if (known !== undefined) return known;\n",
    put: "",
  },
  {
    file: "consumers/guard-question.ts",
    find: "      observed.remove(key);\n",
    put: "",
  },
  {
    file: "consumers/guard.ts",
    find: "mayPass(error) ? (waitsMs[tries - 1] ?? null) : null",
    put: "waitsMs[tries - 1] ?? null",
  },
  { file: "consumers/loop/dead-letters.ts", find: 'record.headers[REDRIVES] ?? "0"', put: '"0"' },
  {
    file: "consumers/loop/decode-record.ts",
    find: "if (envelope.session !== record.key) {",
    put: 'if (record.key === "") {',
  },
  {
    file: "consumers/loop/keyed-queue.ts",
    find: "while (this.#open[0]?.done === true) {",
    put: "while (this.#open.some((one) => one.done)) {",
  },
  {
    file: "consumers/loop/offset-committer.ts",
    find: "if (this.#done < this.#wanted) await this.#commit().catch(() => {});",
    put: "",
  },
  {
    file: "consumers/loop/schema-learner.ts",
    find: "if (fingerprint === null || !canLookUp(fingerprint)) throw error;",
    put: 'if (fingerprint !== "") throw error;',
  },
  {
    file: "consumers/research-persona.ts",
    find: "`Vetoed: ${first.code}: ${first.message}`",
    put: '"Vetoed."',
  },
  {
    file: "consumers/router.ts",
    find: 'role === null || role === "UNKNOWN"',
    put: "role === null",
  },
  {
    file: "consumers/stakeholder.ts",
    find: "data: { ...decision, reasoner: note }",
    put: 'data: { ...decision, reasoner: { ...note, kind: "a2a" } }',
  },
  {
    file: "consumers/stored-draws.ts",
    find: "digestDraws(bytes) === digest ? parseDraws(bytes) : null",
    put: "parseDraws(bytes)",
  },
  {
    file: "consumers/trainer/protocol.ts",
    find: "takeFirstPeriods(dataset, windows.trainingEnd)",
    put: "takeFirstPeriods(dataset, windows.periods)",
  },
  {
    file: "consumers/trainer/subprocess.ts",
    find: 'if (done.end === "exit" && done.exitCode === 0) return done.stdout;',
    put: 'if (done.end === "exit") return done.stdout;',
  },
  {
    file: "consumers/published-evidence.ts",
    find: "return raised ? (stops ? 0 : 1) : 2;",
    put: "return raised ? 0 : 2;",
  },
];
