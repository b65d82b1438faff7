/** Planted changes to `infra/`. */
import type { PlantedChange } from "../change.ts";

export const INFRA_CHANGES: readonly PlantedChange[] = [
  {
    file: "infra/xlsx.ts",
    find: '.replaceAll("<", "&lt;")',
    put: "",
  },
  {
    file: "infra/a2a/fetch.ts",
    find: "addJitter(pauseAfter(tries), tools.random(), asked)",
    put: "addJitter(pauseAfter(tries), tools.random(), null)",
  },
  {
    file: "infra/claude/attempts.ts",
    find: "failure.retriable && tries < options.attemptsMax && spentMs + pauseMs < options.totalMs",
    put: "failure.retriable && tries < options.attemptsMax",
  },
  {
    file: "infra/claude/breaker.ts",
    find: "if (probing || clock.now() - openedAt < cooldownMs) return false;",
    put: "if (clock.now() - openedAt < cooldownMs) return false;",
  },
  {
    file: "infra/claude/claude.ts",
    find: 'request.toolsAllowed ? ("auto" as const) : ("none" as const)',
    put: '"auto" as const',
  },
  {
    file: "infra/claude/gate.ts",
    find: "          bucket.giveBack(tokens - used);",
    put: "          bucket.giveBack(0 * used);",
  },
  { file: "infra/clock.ts", find: "now: () => Date.now()", put: "now: () => performance.now()" },
  {
    file: "infra/embedded/merge-records.ts",
    find: "      void from.return?.()?.catch(() => {});",
    put: "",
  },
  {
    file: "infra/embedded/read.ts",
    find: "filter((record) => record.offset < end)",
    put: "filter((record) => record.offset <= end)",
  },
  {
    file: "infra/embedded/recent-records.ts",
    find: "    while (this.#bytes > BYTES_MAX) this.#drop();",
    put: "",
  },
  {
    file: "infra/embedded/record-table.ts",
    find: "partition < 0 || partition >= count",
    put: "partition < 0 || partition > count",
  },
  {
    file: "infra/embedded/sharded-snapshots.ts",
    find: "stores[partition % stores.length]",
    put: "stores[0]",
  },
  {
    file: "infra/files.ts",
    find: "    renameSync(fresh, whole);",
    put: "    writeFileSync(whole, text);",
  },
  {
    file: "infra/kafka/assigner.ts",
    find: "const kept = had(member).filter((partition) => free.has(partition));",
    put: "const kept = had(member).filter((partition) => !free.has(partition));",
  },
  {
    file: "infra/kafka/asyncapi.ts",
    find: "`#/channels/${row.topic",
    put: "`#/channel/${row.topic",
  },
  {
    file: "infra/kafka/broker-release.ts",
    find: "brokers > 1",
    put: "brokers > 3",
  },
  { file: "infra/kafka/codecs.ts", find: "at += 4 + length;", put: "at = data.length;" },
  {
    file: "infra/kafka/commits.ts",
    find: "pending.wanted = Math.max(pending.wanted, offset);",
    put: "pending.wanted = offset;",
  },
  { file: "infra/kafka/encoding.ts", find: "parts.producerEpoch ?? 0", put: "0" },
  { file: "infra/kafka/errors.ts", find: '  "PRODUCER_FENCED",', put: "" },
  {
    file: "infra/kafka/kafkajs-coordinators.ts",
    find: 'if (!IN_MOTION.includes(error.type ?? "")) failures += 1;',
    put: "failures += 1;",
  },
  {
    file: "infra/kafka/kafkajs-patches.ts",
    find: "BigInt(waiting[0].firstOffset) <= offset",
    put: "BigInt(waiting[0].firstOffset) < offset",
  },
  { file: "infra/kafka/log.ts", find: "oldestMs: Math.max(0, now - oldest)", put: "oldestMs: 0" },
  {
    file: "infra/kafka/sending.ts",
    find: "  if (worst !== undefined) throw worst as Error;",
    put: "",
  },
  {
    file: "infra/kafka/transactor.ts",
    find: "    await this.#fence(owner);\n",
    put: "",
  },
  {
    file: "infra/kafka/unstable-ranges.ts",
    find: "if (high < end) found.push",
    put: "if (high > end) found.push",
  },
  {
    file: "infra/keys.ts",
    find: "RINGS.every((name)",
    put: "RINGS.some((name)",
  },
  {
    file: "infra/memory/log.ts",
    find: "headers, timestamp });",
    put: "headers, timestamp: 0 });",
  },
  {
    file: "infra/memory/snapshots.ts",
    find: "if (isNewer(snapshot, stored)) snapshots.set",
    put: "if (stored !== snapshot) snapshots.set",
  },
  {
    file: "infra/partition.ts",
    find: "hash ^= readByteAt(bytes, whole + 1) << 8",
    put: "hash ^= readByteAt(bytes, whole + 1) << 9",
  },
  {
    file: "infra/private-files.ts",
    find: "stats.mode & ~OTHERS",
    put: "stats.mode",
  },
  {
    file: "infra/redis/snapshots.ts",
    find: 'onto === null ? "none"',
    put: 'onto === null ? "any"',
  },
  {
    file: "infra/snapshot-order.ts",
    find: "if (next.offset !== stored.offset) return next.offset > stored.offset;",
    put: "if (next.offset > stored.offset) return true;",
  },
  {
    file: "infra/sqlite/connect.ts",
    find: "if (version !== 0 && version !== SCHEMA_VERSION) {",
    put: "if (version !== 0 && version < SCHEMA_VERSION) {",
  },
  {
    file: "infra/sqlite/errors.ts",
    find: 'typeof code === "number" ? code & 0xff : null',
    put: 'typeof code === "number" ? code : null',
  },
  {
    file: "infra/sqlite/record-batch.ts",
    find: "later % 2 === 0 ? later / 2 : -(later + 1) / 2",
    put: "later / 2",
  },
  {
    file: "infra/sqlite/state.ts",
    find: "if (options.mustExist === true && !existsSync",
    put: "if (options.mustExist === false && !existsSync",
  },
  {
    file: "infra/subprocess.ts",
    find: 'if (!out.add(chunk)) stop("output_limit");',
    put: "out.add(chunk);",
  },
  {
    file: "infra/telemetry/model-telemetry.ts",
    find: "      if (again) retries.add(1, about);",
    put: "",
  },
];
