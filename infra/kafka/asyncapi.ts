/**
 * The AsyncAPI 3 document of the topic table: for people and tools that read or write the topics
 * without this repository. Made from the tables in schemas/, so it cannot fall behind them.
 */
import { listSchemas } from "../../schemas/codec.ts";
import type { EventType } from "../../schemas/event.ts";
import { TOPIC_ROWS, TOPICS, type TopicRow } from "../../schemas/topics.ts";
import { buildTopicConfig } from "./topics.ts";
import { DEFAULT_PARTITIONS, countPartitions } from "../embedded/record-table.ts";

export interface AsyncapiOptions {
  readonly version: string;
  /** As in the log's settings; "mmm." and 12 by default. */
  readonly prefix?: string;
  readonly partitions?: number;
  readonly replicas?: number;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const AVRO = "application/vnd.apache.avro+json;version=1.9.0";
const UUID = { type: "string", format: "uuid" };
const TEXT = { type: "string" };
const KAFKA_BINDING = "0.5.0";

/** The document, ready for JSON or YAML. */
export function buildAsyncapiDocument(options: AsyncapiOptions): { readonly [name: string]: Json } {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "mmm-optimizer topics",
      version: options.version,
      description:
        "Bodies are Avro single objects: C3 01, the schema's CRC-64-AVRO fingerprint (8 bytes, little-endian), the datum. Schemas travel on the topic `schemas`, keyed by the fingerprint in hexadecimal; no registry is needed. Headers are CloudEvents 1.0 in binary mode. The key is the session id everywhere.",
      license: { name: "Apache-2.0" },
    },
    defaultContentType: "application/avro",
    channels: Object.fromEntries(
      TOPIC_ROWS.map((row) => [row.topic, describeChannel(row, options)]),
    ),
    operations: Object.fromEntries(TOPIC_ROWS.flatMap((row) => describeOperations(row))),
    components: {
      messages: {
        ...Object.fromEntries(
          listSchemas().map((schema) => [schema.type, describeEventMessage(schema)]),
        ),
        Schema: describeSchemaMessage(),
        DeadLetter: describeDeadLetterMessage(),
      },
      messageTraits: { cloudEvent: describeCloudEventTrait() },
    },
  };
}

function listMessageNames(row: TopicRow): readonly string[] {
  if (row.topic === TOPICS.schemas.topic) return ["Schema"];
  if (row.topic === TOPICS.deadLetters.topic) return ["DeadLetter"];
  return row.events;
}

function describeChannel(row: TopicRow, options: AsyncapiOptions): Json {
  const { prefix = "mmm.", partitions = DEFAULT_PARTITIONS, replicas = 3 } = options;
  const config = buildTopicConfig(row, replicas);
  const messages = listMessageNames(row).map((name) => [
    name,
    { $ref: `#/components/messages/${name}` },
  ]);
  const kept = row.keepDays === null ? "for ever" : `${row.keepDays} days`;
  return {
    address: `${prefix}${row.topic}`,
    description: `Written by ${row.writtenBy.join(", ")}; read by ${row.readBy.join(", ")}; kept ${kept}.`,
    messages: Object.fromEntries(messages) as Json,
    bindings: {
      kafka: {
        bindingVersion: KAFKA_BINDING,
        partitions: countPartitions(row.topic, partitions),
        replicas,
        topicConfiguration: {
          "cleanup.policy": [config["cleanup.policy"] ?? "delete"],
          "retention.ms": Number(config["retention.ms"]),
          "max.message.bytes": Number(config["max.message.bytes"]),
        },
      },
    },
  };
}

/** Only the coordinator may write some topics; others do not appear as ones to send to. */
function describeOperations(row: TopicRow): [string, Json][] {
  const channel = { $ref: `#/channels/${row.topic.replaceAll("/", "~1")}` };
  const receive: [string, Json] = [`receive.${row.topic}`, { action: "receive", channel }];
  if (row.topic !== TOPICS.sessions.topic) return [receive];
  return [receive, [`send.${row.topic}`, { action: "send", channel }]];
}

function describeEventMessage(schema: {
  type: EventType;
  fingerprint: string;
  schemaJson: string;
}): Json {
  return {
    name: schema.type,
    title: schema.type,
    contentType: "application/avro",
    traits: [{ $ref: "#/components/messageTraits/cloudEvent" }],
    payload: { schemaFormat: AVRO, schema: JSON.parse(schema.schemaJson) as Json },
    bindings: { kafka: { key: TEXT, bindingVersion: KAFKA_BINDING } },
    tags: [{ name: `fingerprint:${schema.fingerprint}` }],
  };
}

function describeCloudEventTrait(): Json {
  const required = {
    "content-type": { type: "string", const: "application/avro" },
    ce_specversion: { type: "string", const: "1.0" },
    ce_id: { ...UUID, description: "UUIDv5 of cause, producer and index" },
    ce_source: { type: "string", pattern: "^/mmm/[a-z0-9.:_-]{1,60}$" },
    ce_type: { type: "string", pattern: "^mmm\\.[A-Za-z]+$" },
    ce_time: { type: "string", format: "date-time" },
    ce_subject: { type: "string", description: "session id" },
    ce_partitionkey: { type: "string", description: "session id" },
    ce_causationid: UUID,
    ce_businessunit: TEXT,
  };
  return {
    headers: {
      type: "object",
      required: Object.keys(required),
      properties: { ...required, traceparent: TEXT },
    },
  };
}

function describeSchemaMessage(): Json {
  return {
    name: "Schema",
    title: "Avro schema of an event",
    contentType: "application/vnd.apache.avro+json",
    payload: { type: "object", description: "The schema itself, in JSON" },
    bindings: {
      kafka: {
        key: { type: "string", pattern: "^[0-9a-f]{16}$", description: "CRC-64-AVRO fingerprint" },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function describeDeadLetterMessage(): Json {
  return {
    name: "DeadLetter",
    title: "A record that could not be handled, as it came",
    contentType: "application/octet-stream",
    payload: { type: "string", format: "binary" },
    bindings: { kafka: { key: TEXT, bindingVersion: KAFKA_BINDING } },
  };
}
