"""CRC-64-AVRO of every event schema by fastavro, for test/schemas/fingerprint.test.ts.

usage: node test/support/print-schemas.ts | python3 test/golden/fingerprints.py > test/golden/fingerprints.json
needs: fastavro 1.12
"""

import json
import sys

from fastavro.schema import fingerprint, to_parsing_canonical_form

found = {}
for line in sys.stdin:
    row = json.loads(line)
    canonical = to_parsing_canonical_form(json.loads(row["schemaJson"]))
    # fastavro prints the bytes as they stand in the frame: little-endian.
    little = bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))
    found[row["type"]] = little[::-1].hex()
json.dump(found, sys.stdout, indent=2, sort_keys=False)
sys.stdout.write("\n")
