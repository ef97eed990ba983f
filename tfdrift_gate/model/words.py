"""The words of a judgement: closed sets, spelled as reports spell them."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final


class Severity(IntEnum):
    """How bad a finding is; comparable, lowest first."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The lower-case word that rules files, options and reports use."""
        return self.name.lower()


class Kind(str, Enum):
    """What happened to a resource, net of everything undone since."""

    MODIFIED = "modified"
    DELETED = "deleted"
    REPLACED = "replaced"
    UNMANAGED = "unmanaged"


class Effect(str, Enum):
    """What one API call does to one resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class PlanEffect(str, Enum):
    """What a plan would do about a change that was made by hand."""

    REVERTS = "reverts"
    """It sets the attribute again: the manual change is lost."""
    ADOPTS = "adopts"
    """The configuration now says what the change made, or imports what was unmanaged."""
    KEEPS = "keeps"
    """No planned change touches it."""
    DESTROYS = "destroys"


class Withheld(Enum):
    """The value of an attribute that CloudTrail does not show."""

    WITHHELD = "withheld"


WITHHELD: Final = Withheld.WITHHELD

SENSITIVE: Final = "(sensitive)"
"""What stands in every output for a value that state marks sensitive."""
