/**
 * All of the outside world that sessions and consumers may ask for: a log, a snapshot store, a clock.
 *
 * I1. Adapters differ in speed and reach, never in meaning: one contract suite runs on all of them.
 * I2. Records of one key stay in the order in which they were appended.
 * I3. `append` resolves when the records are in order and will be durable before anything that
 *     depends on them can be seen outside the process; `flush` resolves when they are durable.
 */

export interface LogRecord {
  /** Name from the topic table, without prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, set by the log. */
  readonly timestamp: number;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  /** By number for `history` (the inbox's), else by the key's hash. */
  readonly partition?: number;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a consumption calls; one partition's calls never overlap. */
export interface RecordSink {
  /**
   * Before the first delivery of a partition; throw to refuse. The adapter asks again later and says
   * nothing: a sink tells its own observer first.
   */
  assigned(topicPartition: TopicPartition): Promise<void>;
  /** No further delivery; what is still in hand must be finished or dropped when this resolves. */
  revoked(topicPartition: TopicPartition): Promise<void>;
  /** Records in order; resolving means "taken in hand", not "done". */
  deliver(topicPartition: TopicPartition, records: readonly LogRecord[]): Promise<void>;
}

/** A running consumer-group membership. */
export interface Consumption {
  /** Stops deliveries of a partition until `resume`; records are not lost. */
  pause(topicPartition: TopicPartition): void;
  resume(topicPartition: TopicPartition): void;
  /** Everything below `offset` is done. Rejects with `fenced` when the partition is no longer ours. */
  commit(topicPartition: TopicPartition, offset: number): Promise<void>;
  /** Resolves after the last `revoked`; no call to the sink follows. */
  stop(): Promise<void>;
  /** Rejects when the consumption cannot go on (fatal); never resolves before `stop`. */
  readonly ended: Promise<void>;
}

/** The right to write for one inbox partition; a newer one fences this one. */
export interface Transactor {
  /** Next offset to read, agreed with the log after fencing older owners. */
  readonly next: number;
  /**
   * Atomically: all records appended and every inbox record below `offset` marked done. Returns the
   * offsets given to the records. Rejects with `fenced` or a retriable code; afterwards the
   * transactor must be closed and a new one opened.
   */
  commit(records: readonly OutgoingRecord[], offset: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface ConsumeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** At most this many records in one delivery. */
  readonly deliverMax?: number;
  /** True for the coordinator: offsets are kept by the transactor, not by `commit`. */
  readonly transactional?: boolean;
}

export interface ReadOptions {
  readonly topic: string;
  readonly partition?: number;
  /** First offset wanted, 0 by default; needs `partition`. */
  readonly from?: number;
  /** Only records with this key (its partition alone is read). */
  readonly key?: string;
  /** True: go on waiting for new records after the present end, until `signal` aborts. */
  readonly follow?: boolean;
  /**
   * True: all that stands in the log at the start, or `log_unavailable` that names what hides the
   * rest and the remedy. Else a reader ends where readers end, before a transaction without an end.
   */
  readonly entire?: boolean;
  readonly signal?: AbortSignal;
}

export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  /** Per partition: first and next offset. */
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
}

export interface GroupLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly high: number;
  /** Age of the oldest record not done, milliseconds; null where there is none. */
  readonly oldestMs: number | null;
}

/** The part of a partition that no reader can see, since a transaction has not ended before it. */
export interface UnstableRange {
  readonly topic: string;
  readonly partition: number;
  /** Where readers stand: the last stable offset. */
  readonly high: number;
  /** Next offset to write. */
  readonly end: number;
  /** Age of the first record that is not seen, milliseconds: that of the oldest open transaction. */
  readonly oldestMs: number;
  /** What a person can do where it stays. */
  readonly remedy: string;
}

export interface EventLog {
  /** Creates what is missing; `topics_mismatch` when a partition count differs. Idempotent. */
  ensureTopics(): Promise<void>;
  describe(): Promise<readonly TopicState[]>;
  append(records: readonly OutgoingRecord[]): Promise<void>;
  flush(): Promise<void>;
  consume(options: ConsumeOptions, sink: RecordSink): Promise<Consumption>;
  /**
   * Fences older owners of the partition. A running consumption is not moved: records delivered before
   * stay in hand, those below the new `next` are to be passed over.
   */
  transactor(group: string, topicPartition: TopicPartition): Promise<Transactor>;
  /** Committed records in order, without a group and without side effects. */
  read(options: ReadOptions): AsyncIterable<LogRecord>;
  lag(group: string, topic: string): Promise<readonly GroupLag[]>;
  /**
   * Ranges that are hidden at present. Those of running transactions are milliseconds old; one that
   * grows older than any transaction may take has lost its end, and readers stand there for ever.
   */
  listUnstable(): Promise<readonly UnstableRange[]>;
  partitionOf(key: string): number;
  readonly partitions: number;
  close(): Promise<void>;
}

export interface Snapshot {
  readonly session: string;
  readonly partition: number;
  /** Next inbox offset after this state. */
  readonly offset: number;
  /** Sequence number of the last history record folded in. */
  readonly seq: number;
  /** Chain head at `seq`. */
  readonly head: string;
  /** Canonical JSON of the session state. */
  readonly state: string;
  readonly summary: SessionSummary;
}

export interface SessionSummary {
  readonly session: string;
  readonly business_unit: string;
  readonly status: string;
  readonly phase: string;
  readonly iteration: number;
  readonly requested_by: string;
  /** RFC 3339 of the first and the last event folded in. */
  readonly started: string;
  readonly updated: string;
  /** Validated loss of baseline and of the configuration in force; null before training. */
  readonly baseline_loss: number | null;
  readonly best_loss: number | null;
  readonly open_escalation: string | null;
  /** Milliseconds since 1970 of the next deadline; null where the session waits for none. */
  readonly deadline: number | null;
}

export interface SessionFilter {
  readonly business_unit?: string;
  readonly status?: string;
  /** RFC 3339; sessions updated at or after. */
  readonly since?: string;
  readonly limit?: number;
  /** Session id to start after, for paging. */
  readonly after?: string;
}

export interface Checkpoint {
  readonly partition: number;
  /** Inbox offset up to which every session's snapshot is in the store. */
  readonly offset: number;
  /** History offset up to which every session's snapshot is in the store. */
  readonly historyOffset: number;
}

/**
 * Folds of histories. All of it may be deleted at any time: the coordinator builds it again.
 */
export interface SnapshotStore {
  /**
   * Stores snapshots and the partition's checkpoint together; an older one than is stored (by
   * offset, then seq) changes nothing.
   *
   * With `onto`: only if the stored checkpoint is that one (null: none is stored), compared in the
   * same step; else the store was emptied, rolled back or taken over since, and the call rejects
   * with `snapshot_unavailable` and changes nothing.
   */
  save(
    snapshots: readonly Snapshot[],
    checkpoint: Checkpoint,
    onto?: Checkpoint | null,
  ): Promise<void>;
  /**
   * Null for a session of which the store knows nothing; rejects with `state_damaged` where it knows of
   * the session and its snapshot is gone or cannot be read.
   */
  load(session: string): Promise<Snapshot | null>;
  /** How many sessions of a partition the store knows. */
  count(partition: number): Promise<number>;
  /** Changes whenever what `load` gives changes, and is null where that is; cheaper than `load`. */
  version(session: string): Promise<string | null>;
  /**
   * All snapshots of a partition, or those whose session has one of these statuses; rejects with
   * `state_damaged` where one of them is gone.
   */
  loadPartition(partition: number, statuses?: readonly string[]): Promise<readonly Snapshot[]>;
  checkpoint(partition: number): Promise<Checkpoint | null>;
  list(filter: SessionFilter): Promise<readonly SessionSummary[]>;
  /** Forgets everything of a partition (it can be rebuilt from history). */
  clear(partition: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * What is written once and then only read: paid answers, money spent, idempotency marks, used tokens,
 * webhooks. Nothing else holds it, so it must not be deleted.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  /**
   * Resolves with what stands under the key afterwards: the value of whoever wrote first. With `until`
   * (milliseconds since 1970) it may be gone from then on, else it is kept.
   */
  putIfAbsent(key: string, value: string, until?: number): Promise<string>;
  /** Deletes what was to be kept until `now` at most; a store may have done so by itself. */
  expire(now: number): Promise<void>;
}

/** Both, over one connection. */
export type StateStore = SnapshotStore & KeyValueStore;

/** Time as the core gets it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms` or when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
