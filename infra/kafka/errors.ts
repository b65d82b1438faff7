/**
 * What Kafka's and kafkajs's errors mean to people.
 */
import { MmmError } from "../../schemas/errors.ts";

const FENCED = [
  "PRODUCER_FENCED",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "FENCED_INSTANCE_ID",
];
const UNAUTHORIZED = [
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
  "SASL_AUTHENTICATION_FAILED",
];
const CAUSES_MAX = 8;

interface Caught {
  readonly name?: string;
  readonly type?: string;
  readonly message?: string;
  readonly cause?: unknown;
}

/** The error and what it was made from, outermost first. */
function collectCauses(error: unknown): Caught[] {
  const chain: Caught[] = [];
  let next = error;
  while (next !== null && next !== undefined && chain.length < CAUSES_MAX) {
    chain.push(next as Caught);
    next = (next as Caught).cause;
  }
  return chain;
}

/** True when one of the protocol's error types is in the chain. */
export function hasType(error: unknown, types: readonly string[]): boolean {
  return collectCauses(error).some(({ type }) => type !== undefined && types.includes(type));
}

/** The coded error: `fenced`, `unauthorized`, or the retriable `log_unavailable`. */
export function toKafkaError(error: unknown, doing: string, brokers: readonly string[]): MmmError {
  if (error instanceof MmmError) return error;
  const data = { brokers };
  if (hasType(error, FENCED)) {
    return new MmmError("fenced", `a newer owner has taken over while ${doing}`, {
      cause: error,
      data,
    });
  }
  const text = collectCauses(error).at(-1)?.message ?? String(error);
  const refused =
    hasType(error, UNAUTHORIZED) ||
    collectCauses(error).some(({ name }) => name === "KafkaJSSASLAuthenticationError");
  if (refused) {
    return new MmmError(
      "unauthorized",
      `Kafka refused access while ${doing}: check user, password and ACLs (${text})`,
      { cause: error, data },
    );
  }
  return new MmmError(
    "log_unavailable",
    `Kafka at ${brokers.join(", ")} failed while ${doing}: ${text}`,
    { cause: error, data },
  );
}
