/**
 * The SHA-256 chain over a session's history, and the digest that equal sessions share.
 *
 *   hash(n) = SHA-256( "mmm-history-v1" ‖ 0 ‖ hash(n−1) ‖ SHA-256(header) ‖ SHA-256(body) )
 *
 * where `header` is the canonical JSON of what the envelope says and `body` the bytes as stored.
 *
 * I1. One byte changed, one record removed, added or moved breaks the chain at that place.
 * I2. The offset is not hashed (it is unknown before the append).
 * I3. A chain alone does not show a cut tail; the signed seal and an export's manifest do.
 */
import { canonicalJson, digestOf, sha256 } from "../schemas/canonical.ts";
import type { Envelope, Event } from "../schemas/event.ts";

const DOMAIN = "mmm-history-v1\0";
const DOMAIN_BYTES = DOMAIN.length;
const DIGEST_BYTES = 32;

/** Where a record stands in its session's chain. */
export interface Link {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
}

/** The head before the first record. */
export function genesis(session: string): string {
  return sha256(`${DOMAIN}genesis\0${session}`);
}

/** The link of a record that follows `head` at `seq`. */
export function linkOf(
  at: { readonly seq: number; readonly prev: string },
  envelope: Envelope,
  record: { readonly type: string; readonly body: Uint8Array },
): Link {
  const header = canonicalJson({
    seq: at.seq,
    type: record.type,
    id: envelope.id,
    session: envelope.session,
    business_unit: envelope.business_unit,
    cause: envelope.cause,
    producer: envelope.producer,
    time: envelope.time,
  });
  const linked = Buffer.allocUnsafe(DOMAIN_BYTES + 3 * DIGEST_BYTES);
  linked.write(DOMAIN, "latin1");
  const digests = [at.prev, sha256(header), sha256(record.body)];
  for (const [index, digest] of digests.entries()) {
    const place = DOMAIN_BYTES + index * DIGEST_BYTES;
    // What is no digest (a forged export) links to nothing: its own digest stands for it.
    if (linked.write(digest, place, "hex") !== DIGEST_BYTES)
      linked.write(sha256(digest), place, "hex");
  }
  return { seq: at.seq, prev: at.prev, hash: sha256(linked) };
}

/** Headers that carry a link. */
export function linkHeaders(link: Link): Record<string, string> {
  return { ce_seq: String(link.seq), ce_prevhash: link.prev, ce_hash: link.hash };
}

/** The link that a record's headers carry; `seq` is NaN, and a digest empty, where they do not. */
export function readLink(headers: Readonly<Record<string, string>>): Link {
  return {
    seq: Number(headers["ce_seq"]),
    prev: headers["ce_prevhash"] ?? "",
    hash: headers["ce_hash"] ?? "",
  };
}

/** Fields that hold signatures: they depend on keys and ids, not on what was decided. */
const SIGNATURES: ReadonlySet<string> = new Set(["clearance", "seal"]);

/** Digest of what an event says, without signatures. */
export function payloadDigest(event: Event): string {
  const said = Object.fromEntries(
    Object.entries(event.data).filter(([name]) => !SIGNATURES.has(name)),
  );
  return digestOf({ type: event.type, data: said });
}

/** One more event in a history digest ("" for none). */
export function extendHistoryDigest(digest: string, event: Event): string {
  return sha256(`${digest}\n${payloadDigest(event)}`);
}
