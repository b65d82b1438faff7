/**
 * The shared side of the simulated log: what survives processes. Records, committed offsets,
 * transactor epochs, and which member of a group holds which partition.
 *
 * I1. A transaction's records and its inbox offset become visible in one step, or never.
 * I2. A write by an older epoch, or a commit by a member that no longer holds the partition, is refused
 *     as `fenced`, whatever the writer believes.
 * I3. A partition has at most one holder that the broker acknowledges; a zombie may go on unaware.
 */
import { computePartition } from "../../infra/partition.ts";
import {
  resolveTopicPartition,
  formatTopicPartition,
  listTopicPartitions,
} from "../../infra/embedded/record-table.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { LogRecord, OutgoingRecord, TopicPartition } from "../../session/ports.ts";
import type { Scheduler, SimProcess } from "./scheduler.ts";

/** A member's hold on a partition; `acknowledged` is the broker's view, `stopping` the member's. */
export interface Hold {
  readonly member: Member;
  readonly topicPartition: TopicPartition;
  acknowledged: boolean;
  stopping: boolean;
  wake: () => void;
  /** Resolves when the member has let go. */
  ended: Promise<void>;
}

export interface Member {
  readonly group: string;
  readonly topics: readonly string[];
  readonly process: SimProcess;
  /** Not counted as a member any more, whether it knows or not. */
  left: boolean;
  /** Left of its own will, for good. */
  stopped: boolean;
  /** Starts delivering; resolves when the member has let go of the partition. */
  run(hold: Hold): Promise<void>;
}

interface Group {
  readonly members: Member[];
  readonly topics: Set<string>;
  readonly holds: Map<string, Hold>;
}

/** Who looks at every change, to check invariants. */
export interface BrokerWatcher {
  /** Records that became visible in one step; `owner` is the transactor's process, if any. */
  appended(records: readonly LogRecord[], transactional: boolean): void;
}

export class Broker {
  readonly partitions: number;
  readonly #scheduler: Scheduler;
  readonly #shelves = new Map<string, LogRecord[]>();
  readonly #committed = new Map<string, number>();
  readonly #epochs = new Map<string, number>();
  readonly #groups = new Map<string, Group>();
  watcher: BrokerWatcher = { appended: () => {} };
  /** True: partitions are taken over without waiting for the old holder. */
  isAbrupt: () => boolean = () => false;

  constructor(scheduler: Scheduler, partitions: number) {
    this.#scheduler = scheduler;
    this.partitions = partitions;
  }

  records(topicPartition: TopicPartition): readonly LogRecord[] {
    return this.#shelf(formatTopicPartition(topicPartition));
  }

  all(topic: string): readonly LogRecord[] {
    return listTopicPartitions([topic], this.partitions).flatMap((topicPartition) => [
      ...this.records(topicPartition),
    ]);
  }

  partitionOf(key: string): number {
    return computePartition(key, this.partitions);
  }

  committed(group: string, topicPartition: TopicPartition): number {
    return this.#committed.get(`${group}/${formatTopicPartition(topicPartition)}`) ?? 0;
  }

  append(records: readonly OutgoingRecord[], transactional = false): number[] {
    const written = records.map((record) => {
      const topicPartition = resolveTopicPartition(record, this.partitions);
      const shelf = this.#shelf(formatTopicPartition(topicPartition));
      const { key, value, headers } = record;
      const offset = shelf.length;
      const timestamp = Math.floor(this.#scheduler.now);
      const stored: LogRecord = { ...topicPartition, offset, key, value, headers, timestamp };
      shelf.push(stored);
      return stored;
    });
    this.watcher.appended(written, transactional);
    for (const record of written) this.#wake(record);
    return written.map((record) => record.offset);
  }

  openEpoch(group: string, topicPartition: TopicPartition): number {
    const name = `${group}/${formatTopicPartition(topicPartition)}`;
    const epoch = (this.#epochs.get(name) ?? 0) + 1;
    this.#epochs.set(name, epoch);
    return epoch;
  }

  /** Commits a transaction of `epoch`. Throws `fenced` when a newer one was opened. */
  transact(
    owner: {
      readonly group: string;
      readonly topicPartition: TopicPartition;
      readonly epoch: number;
    },
    records: readonly OutgoingRecord[],
    offset: number,
  ): number[] {
    const name = `${owner.group}/${formatTopicPartition(owner.topicPartition)}`;
    if (this.#epochs.get(name) !== owner.epoch) throw fenced(name);
    this.#committed.set(name, offset);
    return this.append(records, true);
  }

  /** Commits a consumer's offset. Throws `fenced` when the hold is no longer acknowledged. */
  commit(hold: Hold, offset: number): void {
    const name = `${hold.member.group}/${formatTopicPartition(hold.topicPartition)}`;
    if (!hold.acknowledged) throw fenced(name);
    this.#committed.set(name, Math.max(offset, this.#committed.get(name) ?? 0));
  }

  join(member: Member): void {
    if (member.stopped || !member.process.alive) return;
    member.left = false;
    const group = this.#group(member.group);
    group.members.push(member);
    for (const topic of member.topics) group.topics.add(topic);
    this.rebalance(member.group);
  }

  /** The broker's view of a member ends; its holds are taken from it. */
  leave(member: Member): void {
    const { members } = this.#group(member.group);
    const at = members.indexOf(member);
    if (at >= 0) members.splice(at, 1);
    member.left = true;
    this.rebalance(member.group);
  }

  membersOf(process: SimProcess): Member[] {
    const all = [...this.#groups.values()].flatMap((group) => group.members);
    return all.filter((member) => member.process === process);
  }

  groupNames(): string[] {
    return [...this.#groups.keys()];
  }

  /** Assigns every partition anew, to a random living member each. */
  rebalance(name: string): void {
    const group = this.#group(name);
    for (const topicPartition of listTopicPartitions(
      [...group.topics].toSorted(),
      this.partitions,
    )) {
      const count = group.members.length;
      const heir =
        count === 0 ? null : (group.members[this.#scheduler.random.below(count)] ?? null);
      this.#give(group, topicPartition, heir);
    }
  }

  /** Records a group has not done yet, over all its partitions. */
  lag(name: string): number {
    return listTopicPartitions([...this.#group(name).topics], this.partitions)
      .map(
        (topicPartition) =>
          this.records(topicPartition).length - this.committed(name, topicPartition),
      )
      .reduce((sum, one) => sum + one, 0);
  }

  #give(group: Group, topicPartition: TopicPartition, heir: Member | null): void {
    const key = formatTopicPartition(topicPartition);
    const held = group.holds.get(key);
    if (held !== undefined && held.member === heir && !held.member.left) return;
    if (held === undefined) {
      if (heir !== null) this.#start(group, topicPartition, heir);
      return;
    }
    const waits = held.member.process.alive && !held.member.left && !this.isAbrupt();
    if (waits) {
      held.stopping = true;
      held.wake();
      return;
    }
    this.#take(held);
    group.holds.delete(key);
    if (heir !== null) this.#start(group, topicPartition, heir);
  }

  /** The broker no longer acknowledges the hold; the member learns of it later. */
  #take(hold: Hold): void {
    hold.acknowledged = false;
    const delay = this.#scheduler.random.uniform() * 2_000;
    this.#scheduler.later(delay, hold.member.process, "fenced", () => {
      hold.stopping = true;
      hold.wake();
    });
  }

  #start(group: Group, topicPartition: TopicPartition, member: Member): void {
    const key = formatTopicPartition(topicPartition);
    const hold: Hold = {
      member,
      topicPartition,
      acknowledged: true,
      stopping: false,
      wake: () => {},
      ended: Promise.resolve(),
    };
    group.holds.set(key, hold);
    hold.ended = member.run(hold);
    void hold.ended.then(() => {
      hold.acknowledged = false;
      if (group.holds.get(key) !== hold) return;
      group.holds.delete(key);
      const count = group.members.length;
      const heir = group.members[this.#scheduler.random.below(Math.max(1, count))];
      if (heir !== undefined) this.#start(group, topicPartition, heir);
    });
  }

  #wake(topicPartition: TopicPartition): void {
    const key = formatTopicPartition(topicPartition);
    for (const group of this.#groups.values()) group.holds.get(key)?.wake();
  }

  #shelf(name: string): LogRecord[] {
    const found = this.#shelves.get(name) ?? [];
    this.#shelves.set(name, found);
    return found;
  }

  #group(name: string): Group {
    const found = this.#groups.get(name) ?? {
      members: [],
      topics: new Set<string>(),
      holds: new Map(),
    };
    this.#groups.set(name, found);
    return found;
  }
}

function fenced(name: string): MmmError {
  return new MmmError("fenced", `a newer owner has ${name}`);
}
