"""The catalogue's nouns: resource types with their attributes, and events with what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tfdrift_gate.arn import last_part, layer_name, parse_function_name, partition_of
from tfdrift_gate.catalog.live import LiveRead, fill
from tfdrift_gate.catalog.looks import Looks, looks_of
from tfdrift_gate.catalog.path import Path
from tfdrift_gate.model import Effect, ResourceKey


@dataclass(frozen=True)
class IdentityPart:
    """One name part of a resource: where state and where a record may hold it, tried in order."""

    state: tuple[str, ...]
    event: tuple[str, ...]
    as_: str = "string"
    """``string``, ``function``, ``qualifier``, ``layer``, ``number`` or ``last``."""

    @cached_property
    def members(self) -> tuple[Path, ...]:
        """The record's members, as paths."""
        return tuple(map(Path.parse, self.event))

    def read(self, holder: str, text: str) -> str:
        """Read the name part out of ``text``, which stood in the attribute or member ``holder``; empty for none.

        ``$LATEST`` is what no qualifier means, so it reads as none.
        """
        if self.as_ == "function":
            return parse_function_name(text).name
        if self.as_ == "qualifier":
            found = text if holder == "qualifier" else parse_function_name(text).qualifier
            return "" if found in (None, "$LATEST") else str(found)
        if self.as_ == "layer":
            return layer_name(text)
        return last_part(text) if self.as_ in ("last", "number") else text


@dataclass(frozen=True)
class Attribute:
    """One Terraform attribute and the API member that sets it."""

    asked: tuple[str, ...]
    response: str | bool | None = None
    as_: str = "string"
    items: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    unset: Any = None
    optional: bool | str = False
    withheld: str | None = None
    state: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    none: Any = None
    also: tuple[str, ...] = ()
    only_if: str | None = None
    computed: bool = False

    @cached_property
    def asked_at(self) -> tuple[Path, ...]:
        """Where ``requestParameters`` may hold the value."""
        return tuple(map(Path.parse, self.asked))

    @cached_property
    def answered_at(self) -> Path | None:
        """Where ``responseElements`` holds the value; None where no answer shows it."""
        if self.response is False:
            return None
        return Path.parse(self.response if isinstance(self.response, str) else self.asked[0])

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """The top-level members of ``requestParameters`` that name it, in lower case."""
        return tuple(dict.fromkeys(path.head for path in self.asked_at))


@dataclass(frozen=True)
class Where:
    """State attributes and record members that may hold the same fact, each tried in order."""

    state: tuple[str, ...] = ()
    event: tuple[str, ...] = ()

    @cached_property
    def members(self) -> tuple[Path, ...]:
        """The record's members, as paths."""
        return tuple(map(Path.parse, self.event))


@dataclass(frozen=True)
class Clock:
    """Where state and answers hold a resource's own modification time."""

    state: str
    event: str


@dataclass(frozen=True)
class Parent:
    """What a resource hangs on: named by some of its own name parts, or where state and records name it."""

    type: str
    parts: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    event: tuple[str, ...] = ()

    @cached_property
    def members(self) -> tuple[Path, ...]:
        """The record's members, as paths."""
        return tuple(map(Path.parse, self.event))


@dataclass(frozen=True)
class Implied:
    """Things of this type that Terraform makes itself, for a managed resource of another type on the same function."""

    type: str
    believed: Mapping[str, Any]
    """State attributes of that resource and the values they must have."""
    values: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Resource:
    """A Terraform resource type."""

    type: str
    identity: Mapping[str, IdentityPart]
    import_id: str
    attributes: Mapping[str, Attribute]
    arn: Where = Where()
    arn_kind: str | None = None
    parent: Parent | None = None
    survives: bool = False
    inherent: bool = False
    answer_under: str | None = None
    modified_at: Clock | None = None
    complete: tuple[str, ...] = ()
    implied_by: Implied | None = None
    live: tuple[LiveRead, ...] = ()

    def id_of(self, key: ResourceKey) -> str:
        """Write Terraform's import id for ``key``."""
        return fill(self.import_id, self._named(key))

    def request_of(self, read: LiveRead, key: ResourceKey) -> dict[str, str | int]:
        """Write the request of a live read about ``key``.

        Raises ValueError where a name part that must be a number is none.
        """
        parts = self._named(key)
        whole = {f"{{{name}}}" for name, part in self.identity.items() if part.as_ == "number"}
        filled = {member: (template, fill(template, parts)) for member, template in read.request.items()}
        return {member: int(text) if template in whole else text for member, (template, text) in filled.items() if text}

    def _named(self, key: ResourceKey) -> dict[str, str]:
        parts = dict(zip(self.identity, key.parts, strict=True))
        return parts | {"account": key.account, "region": key.region, "partition": partition_of(key.region)}

    def attribute_behind(self, path: str) -> str | None:
        """Name the attribute behind a path of state, which may hold it under another name (``tags_all``)."""
        if path in self.attributes:
            return path
        for name, attribute in self.attributes.items():
            if path in (*attribute.state, *attribute.also):
                return name
        return None

    def part(self, key: ResourceKey, name: str) -> str:
        """Give one name part of ``key``; empty where the type has no such part."""
        place = self._places.get(name)
        return "" if place is None else key.parts[place]

    def parent_key(self, key: ResourceKey, texts: Iterable[str]) -> ResourceKey | None:
        """Name what the thing of ``key`` hangs on; None where it hangs on nothing, or nothing tells.

        ``texts`` are where it may be named, the first that is not empty counts: a function's name or ARN.
        """
        parent = self.parent
        if parent is None:
            return None
        if parent.parts:
            parts = tuple(self.part(key, name) for name in parent.parts)
            return ResourceKey(parent.type, key.account, key.region, parts)
        if text := next(filter(None, texts), None):
            named = parse_function_name(text)
            return ResourceKey(parent.type, named.account or key.account, named.region or key.region, (named.name,))
        return None

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.identity)}

    @cached_property
    def completes(self) -> tuple[str, ...]:
        """The members whose presence makes an answer a complete description, in lower case."""
        return tuple(map(str.lower, self.complete))


@dataclass(frozen=True)
class EventEntry:
    """One API of a service and what it does to one resource type."""

    api: str
    event_source: str
    recorded: tuple[str, ...]
    resource: Resource
    effect: Effect
    values: str = "request"
    answers: bool = False
    can_set: tuple[str, ...] = ()
    """The attributes that the call may change, by their full paths."""
    sets: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    asks_if: Mapping[str, str] = field(default_factory=dict)
    hides: tuple[str, ...] = ()
    may_set: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    nothing_if: str | None = None
    removes_unless: str | None = None
    version_if: str | None = None
    statement: str | None = None
    looked_up: tuple[str, ...] = ()
    """The recorded names that event history may hold; today's alone where left out."""
    found_by: str | None = None
    """What LookupEvents finds it under as ResourceName: ``function`` (its bare name), ``arn``, or None for nothing."""

    @property
    def names_in_history(self) -> tuple[str, ...]:
        """The names under which event history's 90 days may hold it."""
        return self.looked_up or self.recorded[:1]

    @cached_property
    def looks(self) -> Looks:
        """How to read the attributes out of a record of it."""
        return looks_of(self)

    @cached_property
    def unspoken(self) -> frozenset[str]:
        """The request members, in lower case, that beside ``may_set`` name no setting."""
        return _NAMES.union(map(str.lower, self.may_set))

    @cached_property
    def understood(self) -> Mapping[str, Any]:
        """The request members that are understood, as a tree in lower case; a leaf stands for all that is in it."""
        tree: dict[str, Any] = {}
        texts = [path for name in self.can_set for path in _asked_members(self.resource.attributes[name])]
        texts += [member for part in self.resource.identity.values() for member in part.event]
        texts += [*self.resource.arn.event, *(self.resource.parent.event if self.resource.parent else ())]
        texts += [*self.members, *_CONDITIONS]
        texts += [self.version_if] if self.version_if else []
        for text in texts:
            _grow(tree, Path.parse(text))
        return tree


# Members that name or condition a call and set nothing.
_CONDITIONS = ("qualifier", "revisionId")
_NAMES = frozenset({"functionname", "qualifier", "revisionid"})


def _asked_members(attribute: Attribute) -> list[str]:
    if not attribute.items:
        return list(attribute.asked)
    return [f"{path}.{member}" for path in attribute.asked for member in attribute.items.values()]


def _grow(tree: dict[str, Any], path: Path) -> None:
    here = tree
    for step in path.steps[:-1]:
        below = here.setdefault(step.name, {})
        if step.each or below is None:
            here[step.name] = None
            return
        here = below
    here[path.steps[-1].name] = None


@dataclass(frozen=True)
class Catalog:
    """Every resource type and every event that is understood."""

    resources: Mapping[str, Resource]
    events: Mapping[tuple[str, str], tuple[EventEntry, ...]]
    """By (event source, API name without suffix); several where the ARN in the request tells which type is meant."""
    without_effect: frozenset[tuple[str, str]]
    """(event source, API name) of calls that change nothing Terraform knows."""
    recorded: Mapping[tuple[str, str], tuple[EventEntry, ...]]
    """By (event source, event name as recorded)."""

    @cached_property
    def event_sources(self) -> frozenset[str]:
        """The services whose records take part, e.g. ``lambda.amazonaws.com``."""
        return frozenset(source for source, _ in self.events)

    @cached_property
    def names_in_history(self) -> frozenset[str]:
        """Every name under which event history's 90 days may hold a call that is understood."""
        return frozenset(name for entry in self._entries for name in entry.names_in_history)

    @cached_property
    def names_found_by_resource(self) -> frozenset[str]:
        """Those of them that a look-up by resource finds, given every name that the resource goes by.

        Only today's: of others nobody has seen what stands beside their records.
        """
        return frozenset(entry.recorded[0] for entry in self._entries if entry.found_by)

    def found_by(self, resource_type: str) -> frozenset[str]:
        """Tell under what events about a resource type are found, see :attr:`EventEntry.found_by`."""
        return frozenset(
            entry.found_by for entry in self._entries if entry.found_by and entry.resource.type == resource_type
        )

    @property
    def _entries(self) -> list[EventEntry]:
        return [entry for entries in self.events.values() for entry in entries]

    def find(self, event_source: str, event_name: str, api: str) -> tuple[EventEntry, ...]:
        """Look an event up under the name recorded, else under the API's; empty where it is not understood."""
        return self.recorded.get((event_source, event_name)) or self.events.get((event_source, api), ())
