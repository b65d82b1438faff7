/** What the API is started with: ports, and functions from the folders it may not know. */
import type { Clock, EventLog, KeyValueStore, SnapshotStore } from "../session/ports.ts";
import type { CardKey } from "./a2a/card.ts";
import type { ReportRenderer } from "./rest/history-routes.ts";
import type { OperationTools } from "./rest/operations-routes.ts";
import type { SourceTools } from "./a2a/task-acts.ts";
import type { SessionTools } from "./sessions/sessions.ts";
import type { ApiSettings } from "./http/settings.ts";
import type { TaskSource } from "./a2a/task-source.ts";
import type { UpkeepTools } from "./retention.ts";

export interface ApiTools {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly values: KeyValueStore;
  readonly clock: Clock;
  readonly settings: ApiSettings;
  readonly version: string;
  readonly groupPrefix: string;
  readonly prepare: SessionTools["prepare"];
  readonly report: ReportRenderer;
  readonly metrics: OperationTools["metrics"];
  readonly storeData: OperationTools["storeData"];
  readonly sweepData: UpkeepTools["sweepData"];
  /** At least 32 secret bytes, the same on all replicas and after a restart. */
  readonly secret: Uint8Array;
  readonly checkProposal: OperationTools["checkProposal"];
  /** Key that signs the agent card. */
  readonly cardKey: CardKey;
  /** A role's answer to an A2A question; null where this server serves no roles. */
  readonly askRole: SourceTools["askRole"];
  /** Scripted tasks instead of sessions, for the protocol's compatibility kit. */
  readonly scripted?: TaskSource;
  readonly failed: (where: string, error: unknown) => void;
  readonly observe?: (route: string, status: number, ms: number) => void;
}
