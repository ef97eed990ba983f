"""A JSON object out of a record or an answer of the API, whatever the case of its letters.

NOTE: CloudTrail lowers only the first letter of the API's names (``uUID``, ``kMSKeyArn``), the API itself none,
and tools that re-write records spell them their own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tfdrift_gate.catalog import Path

_POSITION = re.compile(r"[0-9]{1,9}")


class Members:
    """The members of a JSON object; of anything else there are none."""

    __slots__ = ("_below", "_members", "get")

    get: Callable[[str], Any]
    """Gives the member of that name, which must be in lower case; None where there is none."""

    def __init__(self, body: Any) -> None:
        self._members = lowered(body)
        self._below: dict[str, Members] | None = None
        self.get = self._members.get  # asked so often that a method of its own would show

    def __contains__(self, name: str) -> bool:
        """Tell whether a member (its name in lower case) is there and not null."""
        return self._members.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        """Give the names (in lower case) of the members that are there and not null."""
        return iter([name for name, value in self._members.items() if value is not None])

    def below(self, name: str) -> Members:
        """Give the members of a member."""
        if self._below is None:
            self._below = {}
        found = self._below.get(name)
        if found is None:
            found = self._below[name] = Members(self._members.get(name))
        return found

    def at(self, path: Path) -> Any:
        """Look a path up; None where it leads nowhere."""
        found = self._members.get(path.head)
        if found is None or path.is_plain:
            return found
        steps = path.steps
        here = self
        last = len(steps) - 1
        for position, step in enumerate(steps):
            if step.each or step.first:
                found = items(here.get(step.name))
                if step.first:
                    value = found[0] if found else None
                    if position == last or value is None:
                        return value
                    here = Members(value)
                    continue
                rest = Path("", steps[position + 1 :])
                return None if found is None else [_item(item, rest) for item in found]
            if position == last:
                return here.get(step.name)
            if step.name not in here:
                return None
            here = here.below(step.name)
        return None


def lowered(body: Any) -> dict[str, Any]:
    """Give the members of a JSON object with their names in lower case; none of anything else."""
    return {str(name).lower(): value for name, value in body.items()} if is_object(body) else {}


def is_object(value: Any) -> bool:
    """Tell whether a value is a JSON object; its class is asked first, since that is what JSON gives."""
    return value.__class__ is dict or isinstance(value, Mapping)


def items(value: Any) -> list[Any] | None:
    """Give a list's items; a list that re-writing made an object with numbered keys is one too."""
    if value.__class__ is list:
        return list(value)
    if is_object(value) and value and all(map(_POSITION.fullmatch, map(str, value))):
        return [value[key] for key in sorted(value, key=lambda key: int(str(key)))]
    return value if isinstance(value, list) else None


def _item(item: Any, rest: Path) -> Any:
    return Members(item).at(rest) if isinstance(item, Mapping) else item
