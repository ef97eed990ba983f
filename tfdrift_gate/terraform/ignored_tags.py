"""Tags that the AWS provider does not show: its ``ignore_tags`` block, and the environment's variables for it.

A refresh never shows them: https://registry.terraform.io/providers/hashicorp/aws/latest/docs#ignore_tags-configuration-block
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_KEYS = "TF_AWS_IGNORE_TAGS_KEYS"
_KEY_PREFIXES = "TF_AWS_IGNORE_TAGS_KEY_PREFIXES"


@dataclass(frozen=True)
class IgnoredTags:
    """Which tags are not shown, by key; upper and lower case differ."""

    keys: tuple[str, ...] = ()
    key_prefixes: tuple[str, ...] = ()

    def covers(self, key: str) -> bool:
        """Tell whether the tag of this key is not shown."""
        return key in self.keys or key.startswith(self.key_prefixes)

    def __or__(self, other: IgnoredTags) -> IgnoredTags:
        return IgnoredTags(self.keys + other.keys, self.key_prefixes + other.key_prefixes)


NO_TAGS = IgnoredTags()


def environment_tags(environment: Mapping[str, str]) -> IgnoredTags:
    """Read what the environment adds to every AWS provider, one without a block included.

    Each variable is a list, separated by commas, blanks around an entry do not count.
    """
    return IgnoredTags(*(tuple(_entries(environment.get(name, ""))) for name in (_KEYS, _KEY_PREFIXES)))


def _entries(text: str) -> Iterable[str]:
    return (entry.strip() for entry in text.split(",") if entry.strip())
