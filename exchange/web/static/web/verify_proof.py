#!/usr/bin/env python3
"""Did Birge publish this record? Needs nobody: python3 verify_proof.py proof.json roots.txt"""

import json
import sys
from hashlib import sha256
from pathlib import Path

proof, roots = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
proof, lines, previous = json.loads(proof), roots.splitlines(), "0" * 64
for line in lines:
    day, leaves, root, before, signature, key = line.split(" ")
    if before != previous:
        sys.exit(f"BROKEN CHAIN: {day} does not continue the day before it")
    said = f"birge-proof-v1\nday {day}\nleaves {leaves}\nroot {root}\nprevious {before}\n"
    previous = sha256(said.encode()).hexdigest()
found = sha256(b"\x00" + bytes.fromhex(proof["nonce"]) + proof["record"].encode()).digest()
for side, other in proof["path"]:
    pair = (bytes.fromhex(other), found) if side == "left" else (found, bytes.fromhex(other))
    found = sha256(b"\x01" + b"".join(pair)).digest()
day, leaves, root = proof["published"].split(" ")[:3]
in_roots, on_day = proof["published"] in lines, json.loads(proof["record"])["day"] == day
if not (found.hex() == root and in_roots and on_day):
    sys.exit("NOT PUBLISHED: the record, the proof or the roots were changed")
print(f"PUBLISHED on {day}, exactly as it stands here: {proof['record']}")  # noqa: T201
