"""Event source mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle.call import Call
from tests.oracle.menu.taste import OTHER_KEY, OTHER_QUEUE, QUEUE, Taste, arn

FILTER = '{"body":{"kind":["order"]}}'

_QUEUE_MAPPING: Mapping[str, tuple[Any, ...]] = {
    "BatchSize": (10, 5),
    "Enabled": (True, False),
    "MaximumBatchingWindowInSeconds": (5, 0, 20),
    "FunctionResponseTypes": (["ReportBatchItemFailures"], []),
    "FilterCriteria": (
        {"Filters": [{"Pattern": FILTER}]},
        {"Filters": [{"Pattern": '{"body":{"kind":["refund"]}}'}]},
        {"Filters": []},
    ),
    "ScalingConfig": ({"MaximumConcurrency": 4}, {"MaximumConcurrency": 9}, {}),
    "FunctionName": (arn("full"), "<cell>-full", "<cell>-full:live", "<cell>-bare"),
    "KMSKeyArn": ("", OTHER_KEY),
}

_STREAM_MAPPING: Mapping[str, tuple[Any, ...]] = {
    "BatchSize": (100, 500),
    "Enabled": (True, False),
    "BisectBatchOnFunctionError": (True, False),
    "MaximumRetryAttempts": (-1, 3),
    "MaximumRecordAgeInSeconds": (-1, 60),
    "ParallelizationFactor": (1, 2),
    "TumblingWindowInSeconds": (0, 30),
    "DestinationConfig": (
        {"OnFailure": {"Destination": QUEUE}},
        {"OnFailure": {"Destination": OTHER_QUEUE}},
        {"OnFailure": {}},
    ),
    "FunctionName": (arn("bare"), "<cell>-bare", "<account>:function:<cell>-bare", "<cell>-full"),
    "FilterCriteria": ({}, {"Filters": [{"Pattern": FILTER}]}),
}


def remap(taste: Taste) -> list[Call]:
    """Change an event source mapping, delete it, or make another."""
    name, settings = taste.random.choice((("queue", _QUEUE_MAPPING), ("stream", _STREAM_MAPPING)))
    subject = f"{name} mapping"
    if taste.often(0.1):
        return [Call("DeleteEventSourceMapping", {"UUID": f"<{name}_mapping>"}, subject)]
    if taste.often(0.1):
        source = {"queue": {"EventSourceArn": QUEUE}, "stream": {"EventSourceArn": "<stream>"}}[name]
        said = {"FunctionName": taste.name("full" if name == "queue" else "bare")} | source
        if name == "stream":
            said["StartingPosition"] = "LATEST"
        return [Call("CreateEventSourceMapping", said, f"another {subject}")]
    return [Call("UpdateEventSourceMapping", {"UUID": f"<{name}_mapping>"} | taste.some(settings), subject)]
