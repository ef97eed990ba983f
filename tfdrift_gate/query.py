"""The query of Terraform's ``external`` data source: one JSON object of texts on stdin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from tfdrift_gate import __version__
from tfdrift_gate.errors import UsageError
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, NAMES, Settings, canonical_name

_KNOWN = NAMES | {"module_version"}
_UPGRADE = "upgrade it: pip install --upgrade tfdrift-gate (or name a newer version in the module's command)"


def read(text: bytes) -> dict[str, object]:
    """Read a query; raises :class:`UsageError` naming what is wrong with it.

    Gives texts by option name. A key that is not known is an error, since it may ask for what this program cannot do.
    """
    try:
        query = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(
            "reading the query on standard input: it is not JSON",
            "this command is Terraform's to call; at a shell use tfdrift-gate check",
        ) from None
    if not isinstance(query, dict):
        raise UsageError("reading the query on standard input: it is not a JSON object", "give an object of texts")
    module = query.get("module_version")
    if isinstance(module, str) and _numbers(module) > _numbers(__version__):
        # Said before anything else: what else is not understood follows from it.
        raise UsageError(
            f"this is tfdrift-gate {__version__}, and the Terraform module that calls it is version {module}", _UPGRADE
        )
    given: dict[str, object] = {}
    for key, value in query.items():
        name = canonical_name(key)
        if name not in _KNOWN:
            raise UsageError(
                f"reading the query on standard input: unknown key {key!r} (this is tfdrift-gate {__version__})",
                f"check its spelling; if the module is newer than the program, {_UPGRADE}",
            )
        if value is not None and not isinstance(value, str):
            raise UsageError(
                f"reading the query on standard input: {key} is not a text",
                "give every value as a text; lists comma-separated",
            )
        if value and "\0" in value:
            raise UsageError(
                f"reading the query on standard input: {key} holds a NUL character", "take the character out"
            )
        if name in given:
            raise UsageError(f"reading the query on standard input: {key} says {name} again", "give it once")
        if value is not None and name != "module_version":
            given[name] = value
    return given


def on_error(text: bytes) -> dict[str, object]:
    """Give what a query says about errors, also where the rest of it cannot be used."""
    try:
        query = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {"on_error": query.get("on_error")} if isinstance(query, dict) else {}


def with_mode(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Put the mode in force that ``TFDRIFT_GATE_MODE`` names, over the query's own.

    So the plan that repairs a drift can be run past the gate. Raises :class:`UsageError` for an unknown mode.
    """
    mode = environment.get(f"{ENVIRONMENT_PREFIX}MODE")
    if not mode:
        return settings
    if mode not in ("off", "annotate", "fail"):
        raise UsageError(
            f"reading {ENVIRONMENT_PREFIX}MODE: {mode!r} is none of off, annotate, fail", "write one of these"
        )
    return replace(settings, mode=mode)


def _numbers(version: str) -> tuple[int, ...]:
    """The first two numbers: within a minor version, module and program understand each other."""
    numbers = [int(part) for part in version.split(".") if part.isdecimal()]
    return tuple(([*numbers, 0, 0])[:2])
