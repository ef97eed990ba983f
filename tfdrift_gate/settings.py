"""Every option of a run in one place: read the same way from the command line, a query and the environment.

``check`` and ``external`` share these names; each also reads ``TFDRIFT_GATE_<NAME>`` from the environment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from tfdrift_gate.arn import account_of, roles_of
from tfdrift_gate.aws import Credentials
from tfdrift_gate.errors import UsageError
from tfdrift_gate.model import Severity

ENVIRONMENT_PREFIX = "TFDRIFT_GATE_"
LAST_APPLY = "last-apply"

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "fail_on": (*(level.word for level in Severity), "never"),
    "on_error": ("fail", "warn"),
    "unmanaged": ("attached", "all", "none"),
    "mode": ("off", "annotate", "fail"),
}
_FLAGS = frozenset({"no_waivers", "verify", "no_cache", "validate_digests"})
_LISTS = frozenset({"state", "events", "region", "assume_role", "output"})
_OTHER_NAMES = {"regions": "region", "states": "state", "assume_roles": "assume_role", "outputs": "output"}
_REGION = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGTP]?)(i?)B?", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """The options in force. Texts are as given; what they mean is for the step that uses them to say."""

    dir: str = "."
    state: tuple[str, ...] = ()
    workspace: str | None = None
    plan: str | None = None
    events: tuple[str, ...] = ("cloudtrail:",)
    since: str = "24h"
    until: str | None = None
    region: tuple[str, ...] = ()
    profile: str | None = None
    assume_role: tuple[str, ...] = ()
    """Role ARNs, one for each account to read; ``{account}`` in one stands for every account that state names."""
    no_cache: bool = False
    validate_digests: bool = False
    athena_workgroup: str | None = None
    athena_output: str | None = None
    """``s3://bucket/prefix`` for query results, where the workgroup names none."""
    max_scan: int | None = None
    """Bytes that one Athena query may scan; None leaves it to the workgroup."""
    rules: str | None = None
    no_waivers: bool = False
    fail_on: str = "low"
    on_error: str = "fail"
    unmanaged: str = "attached"
    verify: bool = False
    deadline: float = 60.0
    format: str = "table"
    output: tuple[str, ...] = ()
    mode: str = "annotate"

    @property
    def credentials(self) -> Credentials:
        """The AWS credentials for what no account is known of yet: the role, where only one is meant."""
        one = len(self.assume_role) == 1 and "{account}" not in self.assume_role[0]
        return Credentials(self.profile, self.assume_role[0] if one else None)

    def credentials_for(self, account: str) -> Credentials:
        """Give the AWS credentials for what lies in ``account``: the role that is of it, where several are named."""
        role = next((role for role in roles_of(self.assume_role, [account]) if account_of(role) == account), None)
        return Credentials(self.profile, role) if role else self.credentials

    def blocks(self, severity: Severity | None) -> bool:
        """Tell whether a worst severity is at or above ``fail_on``."""
        if severity is None or self.fail_on == "never":
            return False
        return severity >= Severity[self.fail_on.upper()]


NAMES = frozenset(item.name for item in fields(Settings))
"""Every option's name, as a query spells it."""


def resolve(given: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """Make settings of what was given and, for the rest, of the environment.

    ``given`` maps names to a text or a sequence of texts; a list given as one text has commas or line breaks between
    its items. None and empty texts count as not given. Raises :class:`UsageError` naming the option.
    """
    values: dict[str, object] = {}
    for name in sorted(NAMES):
        value = given.get(name)
        shown = f"--{name.replace('_', '-')}"
        if not _says_something(name, value):
            variable = ENVIRONMENT_PREFIX + name.upper()
            value = environment.get(variable) or (
                environment.get(f"{variable}S") if _OTHER_NAMES.get(f"{name}s") == name else None
            )
            shown = variable
        if _says_something(name, value):
            values[name] = _read(name, value, shown)
    return Settings(**values)  # type: ignore[arg-type]


def canonical_name(name: str) -> str:
    """Give an option's own name for a spelling that a query may use (``regions`` for ``region``)."""
    return _OTHER_NAMES.get(name, name)


def on_error_of(given: Mapping[str, object], environment: Mapping[str, str]) -> str:
    """Tell what an error does, even where the other options cannot be read."""
    value = given.get("on_error") or environment.get(f"{ENVIRONMENT_PREFIX}ON_ERROR")
    return "warn" if value == "warn" else "fail"


def since_last_apply(written: Sequence[datetime | None]) -> datetime:
    """Give the moment that ``since = last-apply`` means: when the oldest of the states was last written.

    Raises :class:`UsageError` where a state does not tell.
    """
    times = [moment for moment in written if moment is not None]
    if not times or len(times) < len(written):
        raise UsageError(
            "reading since: last-apply needs a state whose time of writing is known (a file or an S3 object)",
            "write for example since = 7d",
        )
    return min(times)


def _says_something(name: str, value: object) -> bool:
    """Tell whether a value was given; a list of nothing but blanks must not take the default's place."""
    return bool(_items(value)) if name in _LISTS else value not in (None, "", ())


def _items(value: object) -> tuple[str, ...]:
    items = re.split(r"[,\n]", value) if isinstance(value, str) else [str(item) for item in value or ()]  # type: ignore[attr-defined]
    return tuple(item.strip() for item in items if item.strip())


def _read(name: str, value: object, shown: str) -> object:
    if name in _LISTS:
        items = _items(value)
        for item in items if name == "assume_role" else ():
            if not account_of(item.replace("{account}", "0" * 12)):
                raise UsageError(
                    f"reading {shown}: {item!r} is no role's ARN", "write arn:aws:iam::123456789012:role/NAME"
                )
        for item in items if name == "region" else ():
            if not _REGION.fullmatch(item):
                raise UsageError(
                    f"reading {shown}: {item!r} is no region",
                    "write for example us-east-1; several each with an option of its own",
                )
        return items
    text = str(value).strip()
    if name in _CHOICES and text not in _CHOICES[name]:
        raise UsageError(f"reading {shown}: {text!r} is none of {', '.join(_CHOICES[name])}", "write one of these")
    if name in _FLAGS:
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise UsageError(f"reading {shown}: {text!r} is neither true nor false", "write true or false")
        return text.lower() in ("true", "1", "yes")
    if name == "deadline":
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 < seconds <= 86400:
            raise UsageError(f"reading {shown}: {text!r} is no number of seconds, 1 to 86400", "write for example 120")
        return seconds
    if name == "max_scan":
        return _bytes(text, shown)
    if name == "athena_output" and not text.startswith("s3://"):
        raise UsageError(f"reading {shown}: {text!r} is no place in S3", "write s3://bucket/prefix")
    return text


def _bytes(text: str, shown: str) -> int:
    """Read a size (``10 GB``, ``500MiB``, ``1000000``); raises :class:`UsageError`."""
    found = _SIZE.fullmatch(text)
    size = float(found[1]) * (1024 if found[3] else 1000) ** " KMGTP".index(found[2].upper() or " ") if found else 0
    if not 1 <= size < math.inf:
        raise UsageError(f"reading {shown}: {text!r} is no size", "write for example 10GB")
    return int(size)
