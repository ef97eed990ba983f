"""The records of a round as readers meet them: out of order, some twice, in one of many containers.

Order, repetition and container must make no difference to a verdict.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID


def deliver(records: Sequence[Any], folder: Path, random: Random) -> str:
    """Write records into ``folder``, shuffled and some of them twice, and return the ``--events`` locator."""
    folder.mkdir(parents=True)
    delivered = [*records, *random.sample(list(records), len(records) // 5)]
    random.shuffle(delivered)
    return random.choice(SHAPES)(delivered, folder)


def numbered(records: Sequence[Any], random: Random) -> list[Any]:
    """Give records event ids that ``random`` chooses, so that what hangs on their order happens again with its seed."""
    return [{**record, "eventID": str(UUID(int=random.getrandbits(128), version=4))} for record in records]


def log_files(records: Sequence[Any], folder: Path) -> str:
    """Write a trail's log files: gzip, a few records each, read as a folder."""
    for number, start in enumerate(range(0, max(len(records), 1), 40)):
        content = json.dumps({"Records": records[start : start + 40]}).encode()
        (folder / f"{number}_CloudTrail_us-east-1.json.gz").write_bytes(gzip.compress(content))
    return str(folder)


def console_download(records: Sequence[Any], folder: Path) -> str:
    """Write the console's download of the event history: one JSON object."""
    return _written(folder / "event_history.json", json.dumps({"Records": records}, indent=2))


def json_lines(records: Sequence[Any], folder: Path) -> str:
    """Write one record a line."""
    return _written(folder / "records.jsonl", "".join(json.dumps(record) + "\n" for record in records))


def lookup_answer(records: Sequence[Any], folder: Path) -> str:
    """Write what ``aws cloudtrail lookup-events`` prints."""
    events = [{"EventId": record["eventID"], "CloudTrailEvent": json.dumps(record)} for record in records]
    return _written(folder / "lookup.json", json.dumps({"Events": events}))


def event_bridge(records: Sequence[Any], folder: Path) -> str:
    """Write EventBridge's envelope of each record, one a line."""
    lines = [
        json.dumps({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": record}) + "\n"
        for record in records
    ]
    return _written(folder / "events.jsonl", "".join(lines))


def _written(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    return str(file)


SHAPES: tuple[Callable[[Sequence[Any], Path], str], ...] = (
    log_files,
    console_download,
    json_lines,
    lookup_answer,
    event_bridge,
)
"""Every container there is."""
