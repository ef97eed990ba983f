"""One call by hand, as data: what is called, with what, by whom, and whether in the second of the one before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REGION = "us-east-1"
"""Where the world is."""

ELSEWHERE = "eu-west-1"
"""Where functions of the same names may be, which are nobody's business here."""

_PLACEHOLDER = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Call:
    """A call of the Lambda API within one cell.

    Texts in ``arguments`` name what differs between cells in angle brackets: ``<cell>-full``, ``<queue_mapping>``.
    """

    api: str
    """The operation: ``UpdateFunctionConfiguration``."""
    arguments: Mapping[str, Any]
    subject: str
    """What it writes to, e.g. ``full``, ``full concurrency`` or ``permission AllowTopic``."""
    who: str = "ops_engineer"
    """One of :data:`tests.oracle.world.PEOPLE`."""
    hurried: bool = False
    """Made in the second of the call before it, where CloudTrail leaves no doubt about the order of the two."""
    region: str = REGION

    def __str__(self) -> str:
        told = json.dumps(self.arguments, default=lambda value: f"{len(value)} bytes", sort_keys=True)
        where = "" if self.region == REGION else f" in {self.region}"
        return f"{self.who}: {self.api} {told}{where}" + (" (same second)" if self.hurried else "")


def may_share_second(earlier: Sequence[Call], call: Call) -> bool:
    """Tell whether a call may fall into the second of others without its order becoming a matter of luck.

    CloudTrail's clock ticks in whole seconds, and so does the ``lastModified`` of an update. Two writers of one thing
    have an order only where their answers show each other's work, or one removes the statement that the other adds.
    """
    return all(_has_an_order(one, call) for one in earlier)


def _has_an_order(one: Call, other: Call) -> bool:
    if {one.api, other.api} & _MAKES_AND_BREAKS:
        return False
    if one.subject != other.subject:
        return True
    if {one.api, other.api} <= _ANSWERED_WHOLE:
        return not _settings(one) & _settings(other)
    return (one.api, other.api) == ("RemovePermission", "AddPermission")


def _settings(call: Call) -> set[str]:
    return set(call.arguments) - {"FunctionName", "RevisionId"}


_ANSWERED_WHOLE = frozenset({"UpdateFunctionConfiguration", "UpdateFunctionCode"})
"""Their answers are the whole configuration, so that the later one shows what the earlier one set."""


_MAKES_AND_BREAKS = frozenset(
    {"CreateFunction", "DeleteFunction", "CreateAlias", "DeleteAlias", "PublishVersion", "DeleteLayerVersion"}
)
"""What others hang on: its coming and going also decides about calls on other subjects."""


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """Replace the placeholders in an argument by what they stand for in one cell; an unknown one is a KeyError."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda matched: names[matched[1]], value)
    if isinstance(value, Mapping):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(item, names) for item in value]
    return value
