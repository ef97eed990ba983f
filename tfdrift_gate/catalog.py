"""The catalogue: what CloudTrail's events mean for Terraform's attributes, loaded from ``data/catalog``.

One YAML file a service; the head of ``lambda.yaml`` explains every key. Adding an API is an entry there and
a record in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from importlib import resources
from typing import Any, TypeVar

import yaml

from tfdrift_gate.errors import CatalogError
from tfdrift_gate.model import Effect, ResourceKey

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPTIONAL = re.compile(r"\[([^\[\]]*\{(\w+)\}[^\[\]]*)\]")
_Entry = TypeVar("_Entry")

VALUE_TYPES = frozenset(
    {
        "string",
        "number",
        "boolean",
        "set",
        "list",
        "json",
        "function",
        "principal",
        "enabled",
        "filters",
        "weights",
    }
)


@dataclass(frozen=True)
class IdentityPart:
    """One name part of a resource: where state and where a record hold it."""

    state: str
    event: str
    as_: str = "string"
    """``string``, ``function`` (a name or ARN, reduced to the name) or ``qualifier`` (its own member, or inside
    the function's name)."""


@dataclass(frozen=True)
class Attribute:
    """One Terraform attribute and the API member that sets it."""

    field: str
    response: str | bool | None = None
    as_: str = "string"
    unset: Any = None
    optional: bool = False
    withheld: str | None = None
    state: tuple[str, ...] = ()
    none: Any = None
    also: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The top-level member of ``requestParameters`` that names the attribute."""
        return self.field.split(".")[0].split("[")[0]

    @property
    def answer(self) -> str | None:
        """The member of ``responseElements``; None where no answer shows it."""
        if self.response is False:
            return None
        return self.response if isinstance(self.response, str) else self.field


@dataclass(frozen=True)
class Clock:
    """Where state and answers hold a resource's own modification time."""

    state: str
    event: str


@dataclass(frozen=True)
class Parent:
    """Where state and records name the function that a resource hangs on, tried in order."""

    state: tuple[str, ...]
    event: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """A Terraform resource type."""

    type: str
    identity: Mapping[str, IdentityPart]
    import_id: str
    attributes: Mapping[str, Attribute]
    arn: tuple[str, ...] = ()
    parent: Parent | None = None
    cascades: tuple[str, ...] = ()
    modified_at: Clock | None = None
    complete: tuple[str, ...] = ()

    def id_of(self, key: ResourceKey) -> str:
        """Write Terraform's import id for ``key``."""
        parts = dict(zip(self.identity, key.parts, strict=True))
        template = _OPTIONAL.sub(lambda found: found[1] if parts[found[2]] else "", self.import_id)
        return template.format_map(parts)


@dataclass(frozen=True)
class EventEntry:
    """One API of the service and what it does."""

    api: str
    event_source: str
    recorded: tuple[str, ...]
    resource: Resource
    effect: Effect
    values: str = "request"
    answers: bool = False
    sets: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    may_set: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    nothing_if: str | None = None
    version_if: str | None = None

    @cached_property
    def request_members(self) -> frozenset[str]:
        """The request members, in lower case, that are understood: settings, names and :attr:`members`."""
        known = {attribute.head for attribute in self.resource.attributes.values()}
        known.update(part.event for part in self.resource.identity.values())
        known.update(self.members)
        known.update(self.resource.parent.event if self.resource.parent else ())
        return frozenset(name.lower() for name in known)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the call may change."""
        if self.effect is Effect.DELETE:
            return ()
        if self.sets:
            return tuple(self.sets)
        return tuple(self.resource.attributes)


@dataclass(frozen=True)
class Catalog:
    """Every resource type and every event that is understood."""

    resources: Mapping[str, Resource]
    events: Mapping[tuple[str, str], EventEntry]
    """By (event source, API name without suffix)."""
    without_effect: frozenset[tuple[str, str]]
    """(event source, API name) of calls that change nothing Terraform knows."""
    recorded: Mapping[tuple[str, str], EventEntry]
    """By (event source, event name as recorded)."""

    @property
    def event_sources(self) -> frozenset[str]:
        """The services whose records take part, e.g. ``lambda.amazonaws.com``."""
        return frozenset(source for source, _ in self.events)

    def find(self, event_source: str, event_name: str, api: str) -> EventEntry | None:
        """Look an event up under the name recorded, else under the API's."""
        return self.recorded.get((event_source, event_name)) or self.events.get((event_source, api))


@cache
def load_catalog() -> Catalog:
    """Load and check every catalogue file of the package; :class:`CatalogError` names file and key."""
    all_resources: dict[str, Resource] = {}
    events: dict[tuple[str, str], EventEntry] = {}
    silent: set[tuple[str, str]] = set()
    folder = resources.files("tfdrift_gate") / "data" / "catalog"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            source, found, entries, without = read_catalog(file.name, file.read_text(encoding="utf-8"))
            all_resources.update(found)
            events.update({(source, entry.api): entry for entry in entries})
            silent.update((source, api) for api in without)
    recorded = {(source, name): entry for (source, _), entry in events.items() for name in entry.recorded}
    return Catalog(all_resources, events, frozenset(silent), recorded)


def read_catalog(name: str, text: str) -> tuple[str, dict[str, Resource], list[EventEntry], tuple[str, ...]]:
    """Read one catalogue file's text; ``name`` is for messages. Raises :class:`CatalogError`."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, the C one where it is built
        source = data["event_source"]
        found = {key: _resource(f"{name}: resources.{key}", key, body) for key, body in data["resources"].items()}
        entries = [_event(f"{name}: events.{api}", api, source, body, found) for api, body in data["events"].items()]
        return source, found, entries, tuple(data.get("without_effect", ()))
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise CatalogError(f"reading the catalogue {name}: {error!r}", "reinstall tfdrift-gate") from error


def _resource(where: str, name: str, body: Mapping[str, Any]) -> Resource:
    attributes = {
        key: _entry(f"{where}.attributes.{key}", Attribute, value) for key, value in body["attributes"].items()
    }
    for key, attribute in attributes.items():
        if attribute.as_ not in VALUE_TYPES:
            raise CatalogError(f"reading the catalogue {where}.attributes.{key}: as: {attribute.as_}")
    known = dict(body)
    known["attributes"] = attributes
    known["identity"] = {
        key: _entry(f"{where}.identity.{key}", IdentityPart, value) for key, value in body["identity"].items()
    }
    for key, kind in (("parent", Parent), ("modified_at", Clock)):
        if key in body:
            known[key] = _entry(f"{where}.{key}", kind, body[key])
    return _entry(where, Resource, {**known, "type": name})


def _event(where: str, api: str, source: str, body: Mapping[str, Any], found: Mapping[str, Resource]) -> EventEntry:
    entry = _entry(
        where,
        EventEntry,
        {
            **body,
            "api": api,
            "event_source": source,
            "resource": found[body["resource"]],
            "effect": Effect(body["effect"]),
        },
    )
    for attribute in (*entry.sets, *entry.asks, *entry.may_set):
        if attribute not in entry.resource.attributes:
            raise CatalogError(f"reading the catalogue {where}: {attribute} is no attribute of its resource")
    return entry


def _entry(where: str, kind: type[_Entry], body: Mapping[str, Any]) -> _Entry:
    names = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    values = {("as_" if key == "as" else key): value for key, value in body.items()}
    if unknown := sorted(set(values) - names):
        raise CatalogError(f"reading the catalogue {where}: unknown key {unknown[0]}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
