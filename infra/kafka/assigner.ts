/**
 * Which member of a group reads which partition: even, and as it was before as far as that goes.
 *
 * I1. Every partition has one owner; per topic no member has two more than another.
 * I2. A member keeps what it had, up to its even share: a worker that comes or goes moves only the
 *     partitions that must move.
 */
import { AssignerProtocol, type Assigner } from "./kafkajs-patches.ts";

export interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** What it owns now, by topic. */
  readonly owned: Readonly<Record<string, readonly number[]>>;
}

export type Assignment = Record<string, Record<string, number[]>>;

/** Partitions of each topic for each member, by member id. */
export function assignSticky(
  members: readonly Member[],
  partitions: Readonly<Record<string, readonly number[]>>,
): Assignment {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const assignment: Assignment = {};
  for (const { memberId } of sorted) assignment[memberId] = {};
  for (const topic of Object.keys(partitions).sort()) {
    const readers = sorted.filter((member) => member.topics.includes(topic));
    if (readers.length > 0) assignTopic(assignment, topic, partitions[topic] ?? [], readers);
  }
  return assignment;
}

function assignTopic(
  assignment: Assignment,
  topic: string,
  partitions: readonly number[],
  readers: readonly Member[],
): void {
  const free = new Set(partitions);
  const share = Math.floor(partitions.length / readers.length);
  let larger = partitions.length % readers.length;
  const shares = new Map<string, number[]>();
  const had = (member: Member): readonly number[] => member.owned[topic] ?? [];
  for (const member of [...readers].sort((a, b) => had(b).length - had(a).length)) {
    const kept = had(member).filter((partition) => free.has(partition));
    const most = larger > 0 && kept.length > share ? share + 1 : share;
    if (most > share) larger -= 1;
    const mine = kept.slice(0, most);
    for (const partition of mine) free.delete(partition);
    shares.set(member.memberId, mine);
  }
  for (const { memberId } of readers) {
    const mine = shares.get(memberId) ?? [];
    for (const partition of free) {
      const most = mine.length === share && larger > 0 ? share + 1 : share;
      if (mine.length >= most) break;
      if (most > share) larger -= 1;
      mine.push(partition);
      free.delete(partition);
    }
    const row = assignment[memberId];
    if (row !== undefined) row[topic] = mine.sort((a, b) => a - b);
  }
}

/** The assigner in kafkajs's form; `owned` tells what this member has at a join. */
export function createStickyAssigner(
  owned: () => Readonly<Record<string, readonly number[]>>,
): (config: { cluster: unknown }) => Assigner {
  const name = "mmm-sticky";
  const version = 0;
  return ({ cluster }) => ({
    name,
    version,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.from(JSON.stringify(owned())),
      }),
    }),
    async assign({ members, topics }) {
      const partitions = Object.fromEntries(
        topics.map((topic) => [topic, listPartitionIds(cluster, topic)]),
      );
      const readers = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...decodeMetadata(memberMetadata),
      }));
      const assignment = assignSticky(readers, partitions);
      return Object.entries(assignment).map(([memberId, mine]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version,
          assignment: mine,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

function listPartitionIds(cluster: unknown, topic: string): number[] {
  const metadata = cluster as {
    findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  };
  return metadata.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
}

function decodeMetadata(bytes: Buffer): Omit<Member, "memberId"> {
  const decoded = AssignerProtocol.MemberMetadata.decode(bytes);
  const text = decoded?.userData?.toString() ?? "";
  return {
    topics: decoded?.topics ?? [],
    owned: text === "" ? {} : (JSON.parse(text) as Record<string, number[]>),
  };
}
