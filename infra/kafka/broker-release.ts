/**
 * Which release of Kafka answers, as far as the protocol tells, and what is known against it.
 *
 * A broker does not say its version. ApiVersions from version 3 on says which level of the cluster's
 * metadata it supports at most, and each release line has raised that level (KIP-584, KIP-778).
 */
import { MmmError } from "../../schemas/errors.ts";
import { createKafkaClient, type KafkaSettings } from "./client.ts";
import { toKafkaError } from "./errors.ts";
import { createReadCluster } from "./kafkajs-patches.ts";
import { sendRaw } from "./raw-request.ts";

const API_VERSIONS = 18;
const FLEXIBLE = 3;
const FEATURE = "metadata.version";
/** Tag of the supported features in the answer. */
const SUPPORTED_FEATURES = 0;

/** Highest metadata level of a release line -> its name (MetadataVersion.java of each). */
const LINES: Readonly<Record<number, string>> = { 25: "4.0", 27: "4.1", 29: "4.2", 30: "4.3" };
const NEWEST_LEVEL = 30;

export interface BrokerRelease {
  readonly brokers: number;
  /** Such as "4.2"; "older" or "newer" than the lines that are known here. */
  readonly line: string;
  /** What is known against it with so many brokers, and the remedy; null where nothing is. */
  readonly warning: string | null;
}

/** Asks the controller. Throws `log_unavailable`. */
export async function readBrokerRelease(settings: KafkaSettings): Promise<BrokerRelease> {
  const client = createKafkaClient(settings);
  const admin = client.admin();
  const cluster = createReadCluster(client);
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await cluster.connect();
    await cluster.refreshMetadata();
    const answer = await sendRaw(await cluster.findControllerBroker(), {
      apiKey: API_VERSIONS,
      apiVersion: FLEXIBLE,
      body: encodeApiVersionsRequest(),
    });
    const line = findReleaseLine(readSupportedLevel(answer));
    return { brokers: brokers.length, line, warning: findReleaseWarning(line, brokers.length) };
  } catch (error) {
    throw toKafkaError(error, "asking for the brokers' release", settings.brokers);
  } finally {
    await admin.disconnect().catch(() => {});
    await cluster.disconnect().catch(() => {});
  }
}

function findReleaseLine(level: number | null): string {
  if (level === null || level < 25) return "older";
  return LINES[level] ?? LINES[level + 1] ?? (level > NEWEST_LEVEL ? "newer" : "older");
}

/** KAFKA-20734: in 4.3.0 and 4.3.1 a partition without a leader counts as deleted. */
export function findReleaseWarning(line: string, brokers: number): string | null {
  if (line !== "4.3" || brokers > 1) return null;
  return (
    "Kafka 4.3.0 and 4.3.1 end transactions without their markers when their only broker is stopped " +
    "in good order (KAFKA-20734): readers and sessions then stand still for ever. Run 4.2, or three " +
    "brokers; until then end the broker with SIGKILL only (docker compose kill)"
  );
}

/** Tagged fields of the header (none), then our name and version, then tagged fields (none). */
function encodeApiVersionsRequest(): Buffer {
  const compact = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([bytes.length + 1]), bytes]);
  };
  return Buffer.concat([
    Buffer.from([0]),
    compact("mmm-optimizer"),
    compact("1"),
    Buffer.from([0]),
  ]);
}

/**
 * Highest supported level in an ApiVersions answer of version 3; null where it names none:
 * error, APIs (key, lowest, highest, tags)…, throttle time, tagged fields. Throws `log_unavailable`.
 */
export function readSupportedLevel(answer: Uint8Array): number | null {
  const from = new Reader(Buffer.from(answer.buffer, answer.byteOffset, answer.length));
  try {
    from.skip(2);
    for (let left = from.varint() - 1; left > 0; left -= 1) {
      from.skip(6);
      from.skipTags();
    }
    from.skip(4);
    for (let tags = from.varint(); tags > 0; tags -= 1) {
      const tag = from.varint();
      const size = from.varint();
      if (tag === SUPPORTED_FEATURES) return readFeatureLevel(from);
      from.skip(size);
    }
    return null;
  } catch (cause) {
    throw new MmmError("log_unavailable", "the broker's answer about its APIs is no such answer", {
      cause,
    });
  }
}

function readFeatureLevel(from: Reader): number | null {
  for (let left = from.varint() - 1; left > 0; left -= 1) {
    const name = from.text();
    from.skip(2);
    const highest = from.int16();
    from.skipTags();
    if (name === FEATURE) return highest;
  }
  return null;
}

/** Reads the protocol's numbers and texts; throws a RangeError behind the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    if (count < 0 || this.#at + count > this.#bytes.length) throw new RangeError("behind the end");
    this.#at += count;
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at);
      this.#at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError("a number without an end");
  }

  text(): string {
    const size = this.varint() - 1;
    const start = this.#at;
    this.skip(size);
    return this.#bytes.toString("utf8", start, this.#at);
  }

  skipTags(): void {
    for (let tags = this.varint(); tags > 0; tags -= 1) {
      this.varint();
      this.skip(this.varint());
    }
  }
}
