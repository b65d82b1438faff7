"""Reads `history` from Kafka without this repository and without a schema registry.

A body is an Avro single object: C3 01, eight bytes (the CRC-64-AVRO fingerprint of the writer's
schema, little-endian), then the datum. The schemas themselves stand on the topic `schemas`, keyed by
the fingerprint in hexadecimal. Each session is a SHA-256 chain; this reader verifies it as it reads:

    hash(n) = SHA-256("mmm-history-v1" 00 | hash(n-1) | SHA-256(header) | SHA-256(body))

Only committed records are read, to the end that was there at the start; offsets are not stored.

    python3 -m venv .venv && .venv/bin/pip install -r examples/python-reader/requirements.txt
    .venv/bin/python examples/python-reader/read_history.py --brokers 127.0.0.1:9092 [--session ID]

Prints one JSON document per line: session, seq, type, time, producer, data. A session whose chain breaks
is named on stderr and left out from there on; the others are read to their ends. Exit code 1 when a chain
is broken or a schema is missing.
"""

import argparse
import hashlib
import io
import json
import struct
import sys

import fastavro
from confluent_kafka import Consumer, KafkaError, TopicPartition

MARKER = b"\xc3\x01"
DOMAIN = b"mmm-history-v1\0"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def genesis(session: str) -> str:
    return sha256(DOMAIN + b"genesis\0" + session.encode()).hex()


def read_all(brokers: str, topic: str):
    """Yields every committed record of a topic, partition by partition, in order."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "mmm-python-reader",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        metadata = consumer.list_topics(topic, timeout=15)
        for partition in sorted(metadata.topics[topic].partitions):
            consumer.assign([TopicPartition(topic, partition, 0)])
            while True:
                message = consumer.poll(15)
                if message is None:
                    raise TimeoutError(f"{topic}/{partition} did not answer")
                if message.error() is None:
                    yield message
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    break
                else:
                    raise RuntimeError(message.error())
    finally:
        consumer.close()


def read_schemas(brokers: str, topic: str) -> dict:
    """Parsed schemas by fingerprint in hexadecimal; what is no schema is named and passed over."""
    schemas = {}
    for message in read_all(brokers, topic):
        try:
            name = message.key().decode()
            schemas[name] = fastavro.parse_schema(json.loads(message.value()))
        except Exception as error:
            print(f"{topic}, offset {message.offset()}: no schema ({error!r})", file=sys.stderr)
    return schemas


def decode(body: bytes, schemas: dict):
    """Name of the event and its data."""
    if body[:2] != MARKER:
        raise ValueError("the body is not an Avro single object")
    (fingerprint,) = struct.unpack("<Q", body[2:10])
    schema = schemas.get(f"{fingerprint:016x}")
    if schema is None:
        raise ValueError(f"no schema has the fingerprint {fingerprint:016x}")
    data = fastavro.schemaless_reader(io.BytesIO(body[10:]), schema, None)
    return schema["name"].split(".")[-1], data


def link_hash(previous: str, event: dict, body: bytes) -> str:
    header = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    parts = DOMAIN + bytes.fromhex(previous) + sha256(header.encode()) + sha256(body)
    return sha256(parts).hex()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--brokers", default="127.0.0.1:9092")
    options.add_argument("--prefix", default="mmm.")
    options.add_argument("--session")
    given = options.parse_args()

    schemas = read_schemas(given.brokers, f"{given.prefix}schemas")
    heads: dict = {}
    broken: set = set()
    for message in read_all(given.brokers, f"{given.prefix}history"):
        headers = {name: value.decode() for name, value in message.headers() or []}
        session = headers["ce_subject"]
        if given.session not in (None, session) or session in broken:
            continue
        body = message.value()
        kind, data = decode(body, schemas)
        seq, head = heads.get(session, (0, genesis(session)))
        event = {
            "seq": seq + 1,
            "type": kind,
            "id": headers["ce_id"],
            "session": session,
            "business_unit": headers["ce_businessunit"],
            "cause": headers["ce_causationid"],
            "producer": headers["ce_source"].removeprefix("/mmm/"),
            "time": headers["ce_time"],
        }
        digest = link_hash(head, event, body)
        if headers["ce_hash"] != digest or headers["ce_prevhash"] != head:
            print(f"the chain of {session} is broken at {seq + 1}", file=sys.stderr)
            broken.add(session)
            continue
        heads[session] = (seq + 1, digest)
        print(json.dumps({**event, "data": data}, ensure_ascii=False, default=repr))
    for session, (seq, head) in sorted(heads.items()):
        how = ", broken after it" if session in broken else ""
        print(f"{session}: {seq} records, chain head {head}{how}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
