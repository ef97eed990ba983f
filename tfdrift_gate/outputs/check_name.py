"""The name by which other tools know what kind of finding it is: the rule that judged it, and its severity.

A rule of one name may give several severities (the rules file may name one as a built-in rule is named), and tools keep
one severity for each name.
"""

from __future__ import annotations

import hashlib
import re

from tfdrift_gate.model import Severity

UNEXPLAINED = "unexplained-drift"
"""What Terraform's refresh saw and no event explains."""
INCOMPLETE = "no-verdict"
"""Something could not be read, so that drift was not ruled out."""
_LONGEST = 60


def check_name(rule: str | None, severity: Severity) -> str:
    """Name a kind of finding in lower-case letters, digits, ``-`` and ``.``: ``function-configuration.high``.

    The name of a rule that has other characters is told apart by a part of its hash, so that no two rules share one.
    """
    return f"{_plain(rule) if rule is not None else 'no-rule'}.{severity.word}"


def _plain(rule: str) -> str:
    name = "-".join(re.findall(r"[a-z0-9]+", rule.lower()))[:_LONGEST].strip("-")
    if name == rule:
        return name
    told_apart = hashlib.sha256(rule.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name}-{told_apart}" if name else told_apart
