/**
 * Sending to several leaders at once, tried again without writing anything twice. It takes the place
 * of kafkajs's own, which begins the next try as soon as one leader refuses: what is on its way to
 * the others then goes out again under new sequence numbers, and brokers take it for new records. It
 * also keeps answers by broker, so that a partition whose leader has moved to one that has answered
 * already is left out.
 *
 * I1. The records of a partition get their sequence number once in a call; every try repeats it, so
 *     a broker that has them already answers with where they are.
 * I2. A try begins when every request of the one before has been answered or has failed.
 * I3. Answers are kept by partition; the call is done when each partition has one.
 * I4. In a transaction all partitions join it before the first request is sent.
 *
 * After a failure for good the sequence numbers of what was not answered are used up: the producer
 * has to be thrown away, as those who use one here do after any error.
 */

interface Message {
  readonly partition?: number;
}

interface Entry {
  readonly partition: number;
  readonly messages: readonly Message[];
  firstSequence?: number;
}

interface TopicData {
  readonly topic: string;
  readonly partitions: Entry[];
}

interface ProduceAnswer {
  readonly topics: readonly { topicName: string; partitions: readonly { partition: number }[] }[];
}

interface ProducingBroker {
  readonly nodeId: string;
  produce(request: object): Promise<ProduceAnswer | undefined>;
}

interface SendingCluster {
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly object[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<ProducingBroker>;
  removeBroker(address: { host: string | undefined; port: number | undefined }): void;
  isConnected(): boolean;
  connect(): Promise<void>;
}

interface Sequences {
  isTransactional(): boolean;
  addPartitionsToTransaction(data: readonly TopicData[]): Promise<void>;
  getSequence(topic: string, partition: number): number;
  updateSequence(topic: string, partition: number, by: number): void;
  getTransactionalId(): string | undefined;
  getProducerId(): number;
  getProducerEpoch(): number;
  acquireBrokerLock(broker: ProducingBroker): Promise<void>;
  releaseBrokerLock(broker: ProducingBroker): unknown;
}

interface SendingFailure {
  readonly name?: string;
  readonly retriable?: boolean;
  readonly host?: string;
  readonly port?: number;
}

export interface SendParts {
  readonly cluster: SendingCluster;
  readonly eosManager: Sequences;
  readonly partitioner: (choice: object) => number;
  readonly retrier: <T>(attempt: (bail: (error: unknown) => void) => Promise<T>) => Promise<T>;
}

interface SendRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly topicMessages: readonly { topic: string; messages: readonly Message[] }[];
}

/** An answer of one partition, as kafkajs's callers know it. */
export type SendAnswer = { readonly topicName: string; readonly partition: number };

/** What kafkajs's `createSendMessages` makes: `errors.NotLoaded` is its error for missing metadata. */
export function createSending(
  parts: SendParts,
  errors: { readonly NotLoaded: new (message: string) => Error },
): (request: SendRequest) => Promise<SendAnswer[]> {
  const { cluster, retrier } = parts;
  return (request) => {
    const topics = request.topicMessages.map(({ topic }) => topic);
    const answers = new Map<string, SendAnswer>();
    let data: readonly TopicData[] | null = null;
    return retrier(async (bail) => {
      try {
        await cluster.addMultipleTargetTopics(topics);
        await cluster.refreshMetadataIfNecessary();
        if (topics.some((topic) => cluster.findTopicPartitionMetadata(topic).length === 0)) {
          throw new errors.NotLoaded("Producing to topic without metadata");
        }
        data ??= groupByTopicPartition(parts, request);
        await sendUnanswered(parts, request, { data, answers });
        if (data.some((one) => listUnanswered(one, answers).length > 0)) {
          throw new errors.NotLoaded("Producing to a partition without metadata");
        }
        return [...answers.values()];
      } catch (error) {
        await restoreConnection(cluster, error as SendingFailure);
        if ((error as SendingFailure).retriable !== true) bail(error);
        throw error;
      }
    });
  };
}

/** Messages by topic and partition. */
function groupByTopicPartition(
  { cluster, partitioner }: SendParts,
  request: SendRequest,
): TopicData[] {
  return request.topicMessages.map(({ topic, messages }) => {
    const partitionMetadata = cluster.findTopicPartitionMetadata(topic);
    const groups = Map.groupBy(messages, (message) =>
      Number(partitioner({ topic, partitionMetadata, message })),
    );
    const partitions = [...groups].map(([partition, own]) => ({ partition, messages: own }));
    return { topic, partitions };
  });
}

interface Sending {
  readonly data: readonly TopicData[];
  readonly answers: Map<string, SendAnswer>;
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** What has no answer yet. */
function listUnanswered({ topic, partitions }: TopicData, answers: Sending["answers"]): Entry[] {
  return partitions.filter(({ partition }) => !answers.has(nameOf(topic, partition)));
}

/** One try: a request to each leader of partitions without an answer. */
async function sendUnanswered(
  parts: SendParts,
  request: SendRequest,
  { data, answers }: Sending,
): Promise<void> {
  const { cluster, eosManager } = parts;
  const leaders = new Map<string, TopicData[]>();
  for (const one of data) {
    const { topic } = one;
    const open = listUnanswered(one, answers);
    const numbers = open.map(({ partition }) => partition);
    for (const [nodeId, own] of Object.entries(cluster.findLeaderForPartitions(topic, numbers))) {
      const mine = open.filter(({ partition }) => own.includes(partition));
      leaders.set(nodeId, [...(leaders.get(nodeId) ?? []), { topic, partitions: mine }]);
    }
  }
  if (eosManager.isTransactional()) await eosManager.addPartitionsToTransaction(data);
  const settled = await Promise.allSettled(
    [...leaders].map(([nodeId, own]) => sendTo(parts, request, { nodeId, data: own, answers })),
  );
  const failures = settled
    .filter((one) => one.status === "rejected")
    .map((one) => one.reason as SendingFailure);
  const worst = failures.find(({ retriable }) => retriable !== true) ?? failures[0];
  if (worst !== undefined) throw worst as Error;
}

async function sendTo(
  { cluster, eosManager }: SendParts,
  { acks, timeout, compression }: SendRequest,
  { nodeId, data, answers }: Sending & { readonly nodeId: string },
): Promise<void> {
  const broker = await cluster.findBroker({ nodeId });
  await eosManager.acquireBrokerLock(broker);
  try {
    for (const { topic, partitions } of data) {
      for (const entry of partitions) {
        if (entry.firstSequence !== undefined) continue;
        entry.firstSequence = eosManager.getSequence(topic, entry.partition);
        eosManager.updateSequence(topic, entry.partition, entry.messages.length);
      }
    }
    const answer = await broker.produce({
      transactionalId: eosManager.isTransactional() ? eosManager.getTransactionalId() : undefined,
      producerId: eosManager.getProducerId(),
      producerEpoch: eosManager.getProducerEpoch(),
      acks,
      timeout,
      compression,
      topicData: data,
    });
    const given =
      answer?.topics ?? data.map(({ topic, ...rest }) => ({ topicName: topic, ...rest }));
    for (const { topicName, partitions } of given) {
      for (const one of partitions) {
        answers.set(nameOf(topicName, one.partition), { topicName, ...one });
      }
    }
  } finally {
    await eosManager.releaseBrokerLock(broker);
  }
}

/** What kafkajs does before it tries again: connect where all is lost, else learn the leaders. */
async function restoreConnection(cluster: SendingCluster, error: SendingFailure): Promise<void> {
  if (error.name === "KafkaJSConnectionClosedError") {
    cluster.removeBroker({ host: error.host, port: error.port });
  }
  if (!cluster.isConnected()) await cluster.connect();
  else if (error.retriable !== true) return;
  await cluster.refreshMetadata();
}
