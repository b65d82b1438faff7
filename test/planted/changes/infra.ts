/** Planted changes to `infra/`. */
import type { PlantedChange } from "../change.ts";

export const INFRA_CHANGES: readonly PlantedChange[] = [
  {
    file: "infra/a2a/fetch.ts",
    find: "asked === null ? own : Math.max(own, asked + (own - full / 2))",
    put: "own",
  },
  {
    file: "infra/claude/breaker.ts",
    find: "if (probing || clock.now() - openedAt < cooldownMs) return false;",
    put: "if (clock.now() - openedAt < cooldownMs) return false;",
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
    file: "infra/kafka/commits.ts",
    find: "pending.wanted = Math.max(pending.wanted, offset);",
    put: "pending.wanted = offset;",
  },
  { file: "infra/kafka/errors.ts", find: '  "PRODUCER_FENCED",', put: "" },
  { file: "infra/keys.ts", find: "{ mode: 0o600 }", put: "{ mode: 0o644 }" },
  {
    file: "infra/memory/log.ts",
    find: "const offset = this.bounds(place).high;",
    put: "const offset = this.bounds(place).high + 1;",
  },
  {
    file: "infra/memory/snapshots.ts",
    find: "if (isNewer(snapshot, stored)) snapshots.set",
    put: "if (stored !== snapshot) snapshots.set",
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
];
