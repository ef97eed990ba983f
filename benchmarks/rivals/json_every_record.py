"""Decode every record of a trail with the standard library, and keep Lambda's successful writes."""

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def is_write(record: dict[str, Any]) -> bool:
    """Tell whether Lambda recorded a successful write."""
    return record["eventSource"] == "lambda.amazonaws.com" and not record["readOnly"] and "errorCode" not in record


kept = []
for path in sorted(Path(sys.argv[1]).rglob("*.json.gz")):
    kept.extend(filter(is_write, json.loads(gzip.decompress(path.read_bytes()))["Records"]))
print(len(kept))
