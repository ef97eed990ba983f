"""Decode every record of a trail with the standard library, and keep Lambda's successful writes."""

import gzip
import json
import sys
from pathlib import Path

kept = []
for path in sorted(Path(sys.argv[1]).rglob("*.json.gz")):
    for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
        if record["eventSource"] == "lambda.amazonaws.com" and not record["readOnly"] and "errorCode" not in record:
            kept.append(record)
print(len(kept))
