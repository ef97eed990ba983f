"""Inflate every file below a folder, and nothing else: what reading a trail cannot do without.

The same library and as many threads as the gate uses.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from isal import isal_zlib


def size(path: Path) -> int:
    """Inflate a file."""
    return len(isal_zlib.decompress(path.read_bytes(), 31))


with ThreadPoolExecutor(os.cpu_count()) as pool:
    print(sum(pool.map(size, sorted(Path(sys.argv[1]).rglob("*.json.gz")))))
