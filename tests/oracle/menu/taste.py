"""How values are chosen: the first of several is always Terraform's own, so that undoing is a matter of choosing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.oracle.call import Call

ROLE, OTHER_ROLE = "<role>", "arn:aws:iam::<account>:role/other"
QUEUE, OTHER_QUEUE = "<queue>", "arn:aws:sqs:<region>:<account>:other"
OTHER_KEY = "arn:aws:kms:<region>:<account>:key/00000000-0000-0000-0000-00000000000b"

_STALE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Taste:
    """Chooses values: Terraform's own where everything is to be put back, else any."""

    random: Random
    original: bool = False

    def of(self, *values: Any) -> Any:
        """Choose one; the first is Terraform's."""
        return values[0] if self.original else self.random.choice(values)

    def often(self, chance: float) -> bool:
        """Tell whether to do something that ``chance`` of all calls do; never when putting back."""
        return not self.original and self.random.random() < chance

    def some(self, settings: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        """Choose up to three of the settings, all of them when putting back, and a value for each."""
        names = list(settings)
        if not self.original:
            names = self.random.sample(names, self.random.choice((1, 1, 1, 2, 3)))
        return {name: self.of(*settings[name]) for name in names}

    def name(self, function: str, qualifier: str = "") -> str:
        """Name a function the way callers do: by name, partial ARN or ARN, each with its qualifier where it has one."""
        forms = (f"<cell>-{function}", f"<account>:function:<cell>-{function}", arn(function))
        said = self.random.choice((forms[0], *forms))
        return f"{said}:{qualifier}" if qualifier else str(said)

    def target(self, function: str, qualifier: str = "") -> dict[str, Any]:
        """Name a function and its qualifier in two members, or in one."""
        if qualifier and self.random.random() < 0.3:
            return {"FunctionName": self.name(function, qualifier)}
        return {"FunctionName": self.name(function)} | ({"Qualifier": qualifier} if qualifier else {})

    def stale(self) -> dict[str, str]:
        """Sometimes name a revision that is long gone, which makes the call fail."""
        return {"RevisionId": _STALE} if self.often(0.08) else {}


Move = Callable[[Taste], list[Call]]


def arn(function: str) -> str:
    """Give the ARN of a function of the cell."""
    return f"arn:aws:lambda:<region>:<account>:function:<cell>-{function}"
