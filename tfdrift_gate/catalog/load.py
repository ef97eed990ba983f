"""Loads and checks the catalogue files of the package; a mistake is an error that names file and key.

Each YAML file lies there as JSON too (``make docs`` makes it, a test holds it against the YAML), and that is what is
loaded: it takes a thirtieth of the time, in every plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tfdrift_gate.catalog.entries import (
    Attribute,
    Catalog,
    Clock,
    EventEntry,
    IdentityPart,
    Implied,
    Parent,
    Resource,
    Where,
)
from tfdrift_gate.catalog.live import LiveRead
from tfdrift_gate.errors import CatalogError
from tfdrift_gate.model import Effect

_Entry = TypeVar("_Entry")

FOLDER = Path(__file__).parent.parent / "data" / "catalog"
"""Where the catalogue's files lie."""

VALUE_TYPES = frozenset(
    {
        "string",
        "number",
        "boolean",
        "set",
        "list",
        "json",
        "policy",
        "function",
        "layer",
        "last",
        "principal",
        "enabled",
        "filters",
        "weights",
        "endpoints",
        "records",
        "version",
        "instant",
        "tags",
    }
)
"""What an attribute's ``as`` may say; :mod:`tfdrift_gate.changes.values` reads each of them."""


@cache
def load_catalog() -> Catalog:
    """Load and check every catalogue file of the package; :class:`CatalogError` names file and key."""
    all_resources: dict[str, Resource] = {}
    events: dict[tuple[str, str], tuple[EventEntry, ...]] = {}
    silent: set[tuple[str, str]] = set()
    for file in sorted(FOLDER.glob("*.json")):
        source, found, entries, without = _read(file.name, json.loads(file.read_bytes()))
        all_resources.update(found)
        for entry in entries:
            events[source, entry.api] = (*events.get((source, entry.api), ()), entry)
        silent.update((source, api) for api in without)
    recorded = {(source, name): entries for (source, _), entries in events.items() for name in entries[0].recorded}
    return Catalog(all_resources, events, frozenset(silent), recorded)


def read_catalog(name: str, text: str) -> tuple[str, dict[str, Resource], list[EventEntry], tuple[str, ...]]:
    """Read one catalogue file's YAML; ``name`` is for messages. Raises :class:`CatalogError`.

    Gives the event source, the resource types by name, the events, and the calls that are known to change nothing.
    """
    import yaml

    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        raise CatalogError(f"reading the catalogue {name}: {error!r}", "reinstall tfdrift-gate") from error
    return _read(name, data)


def _read(name: str, data: Any) -> tuple[str, dict[str, Resource], list[EventEntry], tuple[str, ...]]:
    try:
        source = data["event_source"]
        found = {key: _resource(f"{name}: resources.{key}", key, body) for key, body in data["resources"].items()}
        entries = [
            entry
            for api, body in data["events"].items()
            for entry in _events(f"{name}: events.{api}", api, source, body, found)
        ]
        return source, found, entries, tuple(data.get("without_effect", ()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogError(f"reading the catalogue {name}: {error!r}", "reinstall tfdrift-gate") from error


def _resource(where: str, name: str, body: Mapping[str, Any]) -> Resource:
    attributes = {
        key: _attribute(f"{where}.attributes.{key}", _with_asked(value)) for key, value in body["attributes"].items()
    }
    known = dict(body)
    known["attributes"] = attributes
    known["identity"] = {
        key: _entry(f"{where}.identity.{key}", IdentityPart, value) for key, value in body["identity"].items()
    }
    for key, kind in (("arn", Where), ("parent", Parent), ("modified_at", Clock), ("implied_by", Implied)):
        if key in body:
            known[key] = _entry(f"{where}.{key}", kind, body[key])
    reads = known.pop("live", [])
    resource = _entry(where, Resource, {**known, "type": name})
    return replace(resource, live=tuple(_live(f"{where}.live.{read['call']}", read, resource) for read in reads))


def _live(where: str, body: Mapping[str, Any], resource: Resource) -> LiveRead:
    hidden = _paths(where, body.get("without", ()), resource)
    shown = tuple(path for path in _paths(where, body.get("attributes"), resource) if path not in hidden)
    given = {key: value for key, value in body.items() if key not in ("attributes", "without")}
    given |= {"attributes": shown, "lacks": frozenset(_paths(where, body.get("lacks", ()), resource))}
    read = _entry(where, LiveRead, given)
    if unknown := sorted(set(read.members) - set(shown)):
        raise CatalogError(f"reading the catalogue {where}: {unknown[0]} is no attribute that the read shows")
    names = {*resource.identity, "account", "region", "partition"}
    for template in read.request.values():
        if unknown := sorted(set(re.findall(r"\{(\w+)", template)) - names):
            raise CatalogError(f"reading the catalogue {where}: {unknown[0]} is no name part of its resource")
    return read


def _with_asked(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"asked": _listed(body["field"]), **{key: value for key, value in body.items() if key != "field"}}


def _attribute(where: str, body: Mapping[str, Any]) -> Attribute:
    attribute = _entry(where, Attribute, body)
    if attribute.as_ not in VALUE_TYPES:
        raise CatalogError(f"reading the catalogue {where}: as: {attribute.as_}")
    return attribute


def _events(
    where: str, api: str, source: str, body: Mapping[str, Any], found: Mapping[str, Resource]
) -> Iterable[EventEntry]:
    for name in _listed(body["resource"]):
        resource = found[name]
        never = _paths(where, body.get("cannot_set", ()), resource)
        settable = tuple(path for path in _paths(where, body.get("attributes"), resource) if path not in never)
        given = {key: value for key, value in body.items() if key not in ("attributes", "cannot_set")}
        given |= {
            "api": api,
            "event_source": source,
            "resource": resource,
            "effect": Effect(body["effect"]),
            "can_set": () if body["effect"] == "delete" else settable,
        }
        entry = _entry(where, EventEntry, given)
        if unknown := sorted(set(entry.looked_up) - set(entry.recorded)):
            raise CatalogError(f"reading the catalogue {where}: {unknown[0]} is looked up and not among the recorded")
        for attribute in (*entry.sets, *entry.asks, *entry.asks_if, *entry.hides, *entry.may_set):
            if attribute not in resource.attributes:
                raise CatalogError(f"reading the catalogue {where}: {attribute} is no attribute of its resource")
        yield entry


def _paths(where: str, names: Iterable[str] | None, resource: Resource) -> tuple[str, ...]:
    """Spell out attribute names: ``vpc_config`` stands for everything in that block."""
    if names is None:
        return tuple(resource.attributes)
    spelt: list[str] = []
    for name in names:
        matching = [path for path in resource.attributes if path == name or path.startswith((f"{name}[", f"{name}."))]
        if not matching:
            raise CatalogError(f"reading the catalogue {where}: {name} is no attribute of its resource")
        spelt.extend(matching)
    return tuple(spelt)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _entry(where: str, kind: type[_Entry], body: Mapping[str, Any]) -> _Entry:
    names = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    values = {("as_" if key == "as" else key): value for key, value in body.items()}
    if unknown := sorted(set(values) - names):
        raise CatalogError(f"reading the catalogue {where}: unknown key {unknown[0]}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
